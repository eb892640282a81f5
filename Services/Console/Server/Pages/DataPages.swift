import Answers
import Foundation
import HTTPTypes
import Hummingbird
import Model
import Presentation
import RegistryClient
import ServiceClient

/// The pages of the datasets in the registry, with a few samples of each.
struct DataPages: Sendable {
    /// Maximum number of classes listed.
    private static let mostClasses = 50

    let backends: Backends
    let renderer: Renderer

    /// The list of all datasets.
    func list() async throws -> Response {
        let datasets = try await backends.ask(.registry) { try await $0.registry.datasets() }
        return renderer.page(
            "datasets", title: "Data", section: .zoo,
            [
                "count": Words.amount(datasets.count, "dataset"), "hasDatasets": !datasets.isEmpty,
                "datasets": datasets.map(Self.row),
            ])
    }

    private static func row(_ dataset: RegisteredDataset) -> [String: Any] {
        func samples(_ split: String) -> String { dataset.attributes["\(split).samples"] ?? "–" }
        return [
            "name": dataset.attributes["version"].map { "\(dataset.name)@\($0)" } ?? dataset.name,
            "address": "/datasets/\(dataset.recipe)", "modalities": dataset.modalities.joined(separator: ", "),
            "training": samples("training"), "validation": samples("validation"), "test": samples("test"),
            "bytes": Words.bytes(dataset.bytes), "recipe": "\(dataset.recipe.hexadecimal.prefix(12))",
        ]
    }

    /// The page of one dataset.
    func page(_ recipe: String) async throws -> Response {
        let found = try await DatasetContents(recipe, backends)
        let manifest = found.manifest
        let names = manifest?.target.names.prefix(Self.mostClasses) ?? []
        let counts = manifest?.counts ?? []
        let rest = (manifest?.target.names.count ?? 0) - names.count
        let titles: [Target.Kind: String] = [.classification: "Classes", .multiLabel: "Labels", .regression: "Numbers"]
        var values: [String: Any] = Self.row(found.dataset)
        values["samples"] = Words.amount(found.dataset.trainingSamples, "training sample")
        values["size"] = Words.bytes(found.dataset.bytes)
        values["source"] = found.dataset.attributes["source"]
        values["targetTitle"] = manifest.flatMap { titles[$0.target.kind] } ?? "Classes"
        values["classes"] = names.enumerated().map { place, name in
            ["name": name, "count": counts.indices.contains(place) ? Words.count(counts[place]) : "–"]
        }
        values["moreClasses"] = rest > 0 ? "and \(Words.count(rest)) more" : nil
        values["inputs"] = (manifest?.inputs ?? [:]).sorted { $0.key < $1.key }.map { name, input in
            [
                "name": name, "kind": input.signature.kind.rawValue,
                "shape": input.signature.shape.map(String.init).joined(separator: " × "),
                "columns": input.columns.prefix(12).joined(separator: ", "),
            ]
        }
        values["notes"] = (manifest?.notes ?? []).map { ["text": $0] }
        let shown = found.preview?.samples ?? []
        values["hasShown"] = !shown.isEmpty
        values["shown"] = shown.enumerated().map { Self.sample($1, address: "/datasets/\(recipe)/\($0)") }
        return renderer.page("dataset", title: found.dataset.name, section: .zoo, values)
    }

    private static func sample(_ sample: DataPreview.Sample, address: String) -> [String: Any] {
        let values = sample.values.sorted { $0.key < $1.key }.map { input, value in
            var shown: [String: Any] = ["input": input, "place": sample.place]
            switch value {
            case .picture: shown["picture"] = "\(address)/\(escaped(input))"
            case .sound: shown["sound"] = "\(address)/\(escaped(input))"
            case .text(let text): shown["text"] = text
            case .curve(let values): shown["curve"] = curve(values)
            case .missing: shown["isMissing"] = true
            }
            return shown
        }
        return ["values": values, "answer": sample.answer, "part": sample.part, "place": sample.place]
    }

    /// A name as one part of an address.
    private static func escaped(_ name: String) -> String {
        name.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed.subtracting(.init(charactersIn: "/"))) ?? name
    }

    private static func curve(_ values: [Float]) -> String {
        let (lowest, highest) = (values.min() ?? 0, values.max() ?? 0)
        let points = values.enumerated().map { place, value in
            let height = highest > lowest ? (value - lowest) / (highest - lowest) : 0.5
            return "\(Words.fixed(Double(place) * 160 / Double(max(1, values.count - 1)), 1)),"
                + "\(Words.fixed(Double(1 - height) * 60 + 2, 1))"
        }
        return "<svg viewBox=\"0 0 160 64\" role=\"img\" aria-label=\"series\"><polyline fill=\"none\" "
            + "stroke=\"currentColor\" points=\"\(points.joined(separator: " "))\"/></svg>"
    }

    /// A sample's picture or sound as a file.
    func value(_ recipe: String, _ sample: String, _ input: String) async throws -> Response {
        let samples = try await DatasetContents(recipe, backends).preview?.samples ?? []
        guard let place = Int(sample), samples.indices.contains(place) else {
            throw Failure(.notFound, "The dataset's preview has no such sample.")
        }
        let (type, bytes): (String, Data)
        switch samples[place].values[input.removingPercentEncoding ?? input] {
        case .picture(let data): (type, bytes) = ("image/png", data)
        case .sound(let data): (type, bytes) = ("audio/wav", data)
        default: throw Failure(.notFound, "The sample has no such picture or sound.")
        }
        return Response(
            status: .ok, headers: [.contentType: type, .cacheControl: "private, max-age=86400, immutable"],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

/// What the console reads of a prepared file: its manifest and preview, without the rows.
struct DatasetContents: Sendable {
    let dataset: RegisteredDataset
    let manifest: DatasetManifest?
    let preview: DataPreview?

    /// Maximum size in bytes of the header, and of the preview.
    private static let largestPreview = 8 << 20
    /// Maximum size of a prepared file in bytes; larger offsets are invalid.
    private static let largestFile: UInt64 = 1 << 60

    init(_ recipe: String, _ backends: Backends) async throws {
        let recipe = try BlobDigest(recipe)
        (dataset, manifest, preview) = try await backends.ask(.registry) { backends in
            guard let dataset = try await backends.registry.dataset(recipe: recipe) else {
                throw Failure(.notFound, "The registry has no such dataset.")
            }
            let manifest = try? await backends.registry.manifest(recipe: recipe)
            return (dataset, manifest, try await Self.preview(of: dataset.blob, backends.registry))
        }
    }

    private static func preview(of blob: BlobDigest, _ registry: RegistryClient) async throws -> DataPreview? {
        func bytes(_ range: Range<UInt64>) async throws -> [UInt8] {
            var bytes: [UInt8] = []
            while range.lowerBound + UInt64(bytes.count) < range.upperBound {
                let start = range.lowerBound + UInt64(bytes.count)
                let (part, _) = try await registry.piece(of: blob, at: start, limit: Int(range.upperBound - start))
                guard !part.isEmpty else { throw Failure(.corrupt, "The dataset's file is truncated.") }
                bytes += part
            }
            return bytes
        }
        let length = try await bytes(0..<8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= largestPreview else { return nil }
        let header = try JSONDecoder().decode(Header.self, from: Data(try await bytes(8..<8 + length)))
        guard let offsets = header.preview?.offsets, offsets.count == 2, offsets[0] <= offsets[1],
            offsets[1] - offsets[0] <= largestPreview, offsets[1] <= largestFile
        else { return nil }
        return try DataPreview(json: Data(try await bytes(8 + length + offsets[0]..<8 + length + offsets[1])))
    }

    private struct Header: Decodable {
        struct Entry: Decodable {
            let offsets: [UInt64]

            enum CodingKeys: String, CodingKey {
                case offsets = "data_offsets"
            }
        }

        let preview: Entry?
    }
}
