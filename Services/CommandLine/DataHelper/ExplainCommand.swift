import ArgumentParser
import Foundation
import HelperProcesses
import Media
import Model
import Preparation
import Tables
import Torch

/// Explains a package's answer for one sample.
///
/// Takes an `ExplanationRequest` as JSON on the first line of stdin and answers with an `ExplanationMessage`.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Explain a package's answer for one sample.")

    @Argument(help: "Package file, model.pt.")
    var package: String

    func run() throws {
        try answering(telling: { ExplanationMessage(failure: $0) }) { answer in
            let request = try readRequest(ExplanationRequest.self)
            endWithCaller()
            let read = [request.files, request.table, request.path].compactMap(\.self)
            let explaining = Explaining(try OpenedPackage(package, reading: read), request)
            try answer(try explaining.run())
        }
    }
}

/// One explanation.
private struct Explaining {
    private let answerer: SampleAnswerer
    private let tokenize: ValueReader.Tokenize
    private let request: ExplanationRequest

    init(_ opened: OpenedPackage, _ request: ExplanationRequest) {
        answerer = SampleAnswerer(opened.package)
        tokenize = opened.tokenize
        self.request = request
    }

    func run() throws -> ExplanationMessage {
        let package = answerer.package
        let (place, cells, files) = try sample()
        let reader = try ValueReader(
            files: files, inputs: package.manifest.inputs, encoding: package.manifest.settings.encoding,
            tokenize: tokenize)
        let values = try answerer.values(cells, reader)
        guard let answer = try package.answers([values]).first else {
            throw Failure(.internal, "\(place): the network gave no answer.")
        }
        let explained = try output(of: answer, package.manifest.target)
        let occlusion = Occlusion(package, values: values, explained: explained, whole: answer[explained])
        var explanation = PackageExplanation(
            place: place, target: package.manifest.target, answer: answer, explained: explained)
        explanation.modalities = try occlusion.modalities()
        for ((name, _), cells) in zip(answerer.inputs, cells) {
            explanation.parts += try occlusion.parts(of: name, pieces: request.pieces, cells: cells, reader)
            if let map = try occlusion.map(of: name, cells: request.pieces) { explanation.maps.append(map) }
        }
        explanation.parts.sort { abs($0.weight) > abs($1.weight) }
        return ExplanationMessage(
            explanation: explanation, picture: request.isDrawn ? try picture(explanation.maps, values) : nil)
    }

    /// The index of the output to explain.
    private func output(of answer: [Float], _ target: Target) throws -> Int {
        guard let name = request.answer else {
            return target.kind == .regression ? 0 : answer.indices.reduce(0) { answer[$1] > answer[$0] ? $1 : $0 }
        }
        guard let number = target.names.firstIndex(of: name) else {
            throw Failure(
                .invalidArgument,
                "The network has no answer '\(name)'.\(NearestName.question(name, among: target.names)) Its answers are "
                    + "\(target.names.prefix(50).joined(separator: ", ")).")
        }
        return number
    }

    private func sample() throws -> (place: String, cells: [[Cell]], files: FileFinder) {
        if let path = request.path {
            let (cells, files) = try answerer.file(path)
            return (path, cells, files)
        }
        struct Found: Error {}
        var settings = answerer.package.manifest.settings
        (settings.source, settings.join, settings.files) = (request.table ?? "", nil, request.files)
        let rows = try RowReader(settings: settings, columns: answerer.columns)
        var (found, count): ((String, [[Cell]])?, Int) = (nil, 0)
        do {
            try rows.forEachRow { place, cells in
                count += 1
                if count == request.row {
                    found = (place, try cells.get())
                    throw Found()
                }
            }
        } catch is Found {}
        guard let (place, cells) = found else {
            throw Failure(
                .invalidArgument,
                "'\(settings.source)' has \(count) rows, so there is no row \(request.row); change --row.")
        }
        return (place, cells, rows.files)
    }

    private func picture(_ maps: [PackageExplanation.Map], _ values: [String: RawValue]) throws -> Data {
        guard let map = maps.first, case .pixels(let pixels, let shape)? = values[map.modality] else {
            throw Failure(.invalidArgument, "The sample has no picture for a heat map; leave out --output.")
        }
        let drawn = HeatMap(map.weights).drawn(over: pixels, height: shape[0], width: shape[1], channels: shape[2])
        return Data(try drawn.png())
    }
}
