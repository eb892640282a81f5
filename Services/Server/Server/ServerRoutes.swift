import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import Model
import NIOCore
import Tables

/// All routes of the server.
struct ServerRoutes: Sendable {
    typealias Context = BasicRequestContext

    let settings: ServerSettings
    let shelf: ModelShelf
    let metrics: ServerMetrics
    let logger: Logger

    /// The server's name in its metadata.
    private static let identity =
        #"{"name":"gyrus","version":"0.1.0","extensions":["binary_tensor_data"]}"#

    func router() -> Router<Context> {
        let router = Router(context: Context.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: ServerErrors(logger: logger))
        router.get("/health") { _, _ in shelf.isReady ? "ready\n" : "starting\n" }
        router.get("/v2/health/live") { _, _ in Self.json(#"{"live":true}"#) }
        router.get("/v2/health/ready") { _, _ in
            Self.json("{\"ready\":\(shelf.isReady)}", shelf.isReady ? .ok : .serviceUnavailable)
        }
        let guarded = router.group().add(middleware: Admission(keys: settings.keys, metrics: metrics))
        guarded.get("/metrics") { _, _ in
            let text = metrics.text(versions: shelf.all.map { ($0.name, $0.version, $0.isReady) })
            return Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: text)))
        }
        guarded.get("/v2") { _, _ in Self.json(Self.identity) }
        guarded.get("/v2/models") { _, _ in
            Self.json("{\"models\":[\(try shelf.all.map { try quoted($0.name) }.joined(separator: ","))]}")
        }
        for path in ["/v2/models/:name", "/v2/models/:name/versions/:version"] {
            let path = RouterPath(path)
            guarded.get(path) { _, context in
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                return Self.json(
                    String(decoding: try encoder.encode(ModelMetadata(try model(context))), as: UTF8.self))
            }
            guarded.get(RouterPath("\(path)/ready")) { _, context in
                let model = try model(context)
                return Self.json(
                    "{\"name\":\(try quoted(model.name)),\"ready\":\(model.isReady)}",
                    model.isReady ? .ok : .serviceUnavailable)
            }
            guarded.post(RouterPath("\(path)/infer")) { request, context in
                try await limited("infer") { try await infer(request, try model(context)) }
            }
        }
        guarded.post("/predict") { request, _ in
            try await limited("predict") { try await predict(request) }
        }
        return router
    }

    private func model(_ context: Context) throws -> ServedModel {
        func value(_ name: String) -> String? {
            context.parameters.get(name).map { $0.removingPercentEncoding ?? $0 }
        }
        return try shelf.model(value("name"), version: value("version"))
    }

    static func json(_ text: String, _ status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    // MARK: Work

    /// Does work unless the limit of concurrent requests is reached, and counts it.
    private func limited(_ route: String, _ body: () async throws -> Response) async throws -> Response {
        guard metrics.begin(most: settings.limits.concurrent) else {
            metrics.refuse(route, status: 429)
            throw Failure(
                .busy, "\(settings.limits.concurrent) requests are already in progress; retry in a second.",
                retryAfter: .seconds(1))
        }
        let start = ContinuousClock.now
        do {
            let response = try await body()
            metrics.end(route, status: response.status.code, taking: ContinuousClock.now - start)
            return response
        } catch {
            metrics.end(route, status: ServerErrors.status(of: error).code, taking: ContinuousClock.now - start)
            throw error
        }
    }

    private func body(_ request: Request) async throws -> [UInt8] {
        let most = settings.limits.bodyBytes
        let tooLarge = Refusal(
            .contentTooLarge, "The body is larger than \(most >> 20) MiB; send fewer samples at a time.")
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > most { throw tooLarge }
        var bytes: [UInt8] = []
        for try await var buffer in request.body {
            bytes += buffer.readBytes(length: buffer.readableBytes) ?? []
            if bytes.count > most { throw tooLarge }
        }
        return bytes
    }

    private func infer(_ request: Request, _ model: ServedModel) async throws -> Response {
        let length = try request.headers[.inferenceHeaderLength].map { text in
            guard let length = Int(text) else {
                throw Failure(.invalidArgument, "Inference-Header-Content-Length is '\(text)', which is not a number")
            }
            return length
        }
        let (inference, tensors) = try InferenceRequest.read(try await body(request), headerLength: length)
        let samples = try self.samples(tensors, model)
        let results = try await model.answers(samples, within: settings.limits.time)
        let answers = try results.enumerated().map { place, result in
            do { return try result.get() } catch {
                throw Failure(
                    .invalidArgument, "sample \(place + 1) of \(results.count): \(Failure(error).message)")
            }
        }
        let (bytes, headerLength) = try InferenceReply(model: model, request: inference, answers: answers).body()
        var headers: HTTPFields = [.contentType: headerLength == nil ? "application/json" : "application/octet-stream"]
        headers[.inferenceHeaderLength] = headerLength.map { "\($0)" }
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    private func samples(_ tensors: [Tensor], _ model: ServedModel) throws -> [[[Cell]]] {
        let names = model.schema.columns.map(\.name)
        if let stranger = tensors.first(where: { !names.contains($0.name) }) {
            throw Failure(
                .invalidArgument,
                "the model has no input '\(stranger.name)'.\(NearestName.question(stranger.name, among: names)) It reads "
                    + "\(names.joined(separator: ", ")).")
        }
        let count = tensors.first?.samples ?? 0
        guard count > 0, tensors.allSatisfy({ $0.samples == count }) else {
            throw Failure(
                .invalidArgument,
                "all inputs need the same number of samples, at least one; the request has "
                    + tensors.map { "\($0.samples) of '\($0.name)'" }.joined(separator: ", "))
        }
        guard count <= settings.limits.samples else {
            throw Failure(
                .invalidArgument,
                "\(count) samples exceed the limit of \(settings.limits.samples); send several requests.")
        }
        return try (0..<count).map { sample in
            var row: [String: Cell] = [:]
            for tensor in tensors { row[tensor.name] = tensor.cell(sample) }
            do { return try model.schema.cells(of: row) } catch {
                throw Failure(.invalidArgument, "sample \(sample + 1) of \(count): \(Failure(error).message)")
            }
        }
    }

    private func predict(_ request: Request) async throws -> Response {
        let query = request.uri.queryParameters
        let model = try shelf.model(query["model"].map { String($0) })
        let top = try query["top"].map { text in
            guard let top = Int(text), (1...1_000).contains(top) else {
                throw Failure(.invalidArgument, "'top' is '\(text)'; it must be a number from 1 to 1000.")
            }
            return top
        }
        let rows = try PlainForm.rows(
            try await body(request), type: request.headers[.contentType], model.schema, settings.limits)
        let samples = rows.map { row in Result { try model.schema.cells(of: row) } }
        var answers = try await model.answers(
            samples.compactMap { try? $0.get() }, within: settings.limits.time)[...]
        var failed = 0
        let predictions = samples.map { sample -> PlainPrediction in
            switch sample.flatMap({ _ in answers.removeFirst().mapError { $0 as any Error } }) {
            case .success(let answer): return PlainPrediction(answer, model.target, top: top)
            case .failure(let error):
                failed += 1
                return PlainPrediction(Failure(error))
            }
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        let reply = PlainReply(model: model.name, version: model.version, predictions: predictions)
        return Self.json(
            String(decoding: try encoder.encode(reply), as: UTF8.self),
            failed == samples.count ? .unprocessableContent : .ok)
    }
}

/// The response to a plain request.
private struct PlainReply: Encodable {
    let model: String
    let version: String
    let predictions: [PlainPrediction]
}

/// The answer for a sample, or why there is none.
private struct PlainPrediction: Encodable {
    var prediction: [String]?
    var probabilities: [String: Float]?
    var numbers: [String: Float]?
    var error: String?

    init(_ failure: Failure) { error = failure.message }

    /// - Parameter top: Number of classes to name, most probable first; nil for all.
    init(_ answer: [Float], _ target: Target, top: Int?) {
        let order = answer.indices.sorted { (answer[$1], $0) < (answer[$0], $1) }
        let shown = Dictionary(
            uniqueKeysWithValues: order.prefix(top ?? order.count).map { (target.names[$0], answer[$0]) })
        switch target.kind {
        case .classification:
            prediction = order.prefix(top ?? 1).map { target.names[$0] }
            probabilities = shown
        case .multiLabel:
            prediction = target.labels(of: answer).map { target.names[$0] }
            probabilities = shown
        case .regression: numbers = Dictionary(uniqueKeysWithValues: zip(target.names, answer))
        }
    }
}

extension HTTPField.Name {
    /// Size in bytes of the JSON before binary tensors.
    static var inferenceHeaderLength: Self { named("Inference-Header-Content-Length") }
    /// The origin of a browser's request.
    static var fetchSite: Self { named("Sec-Fetch-Site") }

    private static func named(_ text: String) -> Self {
        guard let name = Self(text) else { preconditionFailure("'\(text)' must be a valid field name") }
        return name
    }
}
