import HTTPTypes
import Hummingbird
import Logging
import Model
import NIOCore

/// A rejected request, with the status and the reason.
struct Refusal: Error {
    let status: HTTPResponse.Status
    let message: String
    var headers: HTTPFields = [:]

    init(_ status: HTTPResponse.Status, _ message: String, headers: HTTPFields = [:]) {
        self.status = status
        self.message = message
        self.headers = headers
    }
}

/// Admits clients with a key, if keys are required, and rejects all web pages.
struct Admission<Context: RequestContext>: RouterMiddleware {
    let keys: BearerKeys?
    let metrics: ServerMetrics

    @concurrent func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        if let site = request.headers[.fetchSite], !["same-origin", "none"].contains(site) {
            metrics.refuse("any", status: 403)
            throw Refusal(.forbidden, "Web pages cannot use this server; send requests from a program.")
        }
        guard keys == nil || keys?.name(authorization: request.headers[.authorization]) != nil else {
            metrics.refuse("any", status: 401)
            throw Refusal(
                .unauthorized, "This server requires a key; send it as 'Authorization: Bearer KEY'.",
                headers: [.wwwAuthenticate: "Bearer realm=\"gyrus\""])
        }
        return try await next(request, context)
    }
}

/// Turns any error into JSON that says what happened and what to do: `{"error": "…"}`.
struct ServerErrors<Context: RequestContext>: RouterMiddleware {
    let logger: Logger

    @concurrent func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            let status = ServerErrors<BasicRequestContext>.status(of: error)
            if status.code >= 500 { logger.error("a request failed", metadata: ["failure": "\(error)"]) }
            var response = ServerRoutes.json("{\"error\":\(try quoted(Self.message(of: error, request)))}", status)
            if let refusal = error as? Refusal { response.headers.append(contentsOf: refusal.headers) }
            if [.tooManyRequests, .serviceUnavailable].contains(status) { response.headers[.retryAfter] = "1" }
            // The unread rest of a body would be mistaken for the next request.
            if status == .contentTooLarge { response.headers[.connection] = "close" }
            return response
        }
    }

    private static func message(of error: any Error, _ request: Request) -> String {
        switch error {
        case let refusal as Refusal: return refusal.message
        case let failure as Failure: return failure.message
        case let error as HTTPError where error.status == .notFound:
            return
                "There is no \(request.method) \(request.uri.path); use POST /predict, GET /v2/models, "
                + "GET /v2/models/NAME, POST /v2/models/NAME/infer, GET /v2/health/ready or GET /metrics."
        case let error as HTTPError: return error.body ?? error.status.reasonPhrase
        default: return "The server failed; see its log."
        }
    }
}

extension ServerErrors where Context == BasicRequestContext {
    /// The status for an error.
    static func status(of error: any Error) -> HTTPResponse.Status {
        switch error {
        case let refusal as Refusal: return refusal.status
        case let error as HTTPError: return error.status
        case let failure as Failure:
            return switch failure.code {
            case .invalidArgument, .corrupt: .badRequest
            case .notFound: .notFound
            case .busy: .tooManyRequests
            case .deadlineExceeded: .gatewayTimeout
            case .unavailable: .serviceUnavailable
            default: .internalServerError
            }
        default: return .internalServerError
        }
    }
}
