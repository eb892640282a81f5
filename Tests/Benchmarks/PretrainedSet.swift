import Datasets
import Foundation
import Model
import Preparation
import Tables
import Torch

/// One modality of a set of `../shared/data/own`, with classes to tell apart.
struct PretrainedSet {
    let name: String
    let kind: ModalityKind
    private let settings: DataSettings

    /// Column of the answers and of the modality; nil for folders of classes.
    private init(
        _ name: String, _ kind: ModalityKind, _ path: String, target: String? = nil, column: String? = nil,
        group: String? = nil
    ) {
        self.name = name
        self.kind = kind
        settings = DataSettings(
            source: path, target: target.map { .init(columns: [$0], kind: .classification) },
            modalities: column.map { ["input": .init(columns: [$0], kind: kind)] }, split: .init(group: group))
    }

    /// All sets with classes that a pretrained model of pictures, sound or text can read.
    static func all(in folder: String) -> [PretrainedSet] {
        let stamps = "\(folder)/stamps/stamps.jsonl"
        return [
            .init("clothes", .image, "\(folder)/clothes"),
            .init("signs", .image, "\(folder)/signs"),
            .init(
                "skin", .image, "\(folder)/skin/lesions.csv", target: "diagnosis", column: "picture", group: "lesion"),
            .init("stamps, pictures", .image, stamps, target: "kind", column: "picture"),
            .init(
                "voices", .audio, "\(folder)/voices/clips.csv", target: "feeling", column: "file", group: "speaker"),
            .init("commands", .audio, "\(folder)/commands"),
            .init("surroundings", .audio, "\(folder)/surroundings/clips.csv", target: "where", column: "file"),
            .init("stamps, spoken", .audio, stamps, target: "kind", column: "spoken_fr"),
            .init("bank-queries", .text, "\(folder)/bank-queries/queries.csv", target: "category", column: "text"),
            .init("reviews-zh", .text, "\(folder)/reviews-zh/reviews.jsonl", target: "label", column: "text"),
            .init("languages", .text, "\(folder)/languages"),
            .init("stamps, English", .text, stamps, target: "kind", column: "description"),
            .init("stamps, French", .text, stamps, target: "kind", column: "description_fr"),
        ]
    }

    /// The set, prepared for training.
    struct Prepared {
        let rows: any SampleRows
        let manifest: DatasetManifest
        let data: PreparedDataset
        /// Name of the modality.
        let modality: String

        var signature: InputSignature? { manifest.inputs[modality]?.signature }

        /// All samples, with the features of views.
        func samples(with views: [PreparedDataset]) throws -> SampleSource {
            try data.source(.training, with: views).joined(with: data.source(.validation, with: views))
                .joined(with: data.source(.test, with: views))
        }

        /// What asks a model for its features.
        func request(_ model: PretrainedModelOnShelf) throws -> ViewRequest {
            let (name, digest) = try model.view(of: modality)
            return ViewRequest(
                data: manifest, modality: modality, name: name, script: digest, file: model.script,
                contract: model.contract)
        }
    }

    /// Prepares at most `limit` samples.
    func prepared(atMost limit: Int, in scratch: URL) throws -> Prepared {
        let table = try SampleTable(settings: settings)
        let rows = try SomeRows(TableRows(table), atMost: limit)
        let file = scratch.appending(path: "\(name).data.safetensors").path
        let outcome = try DataPreparer(
            rows: rows, settings: settings, name: name, target: table.target.target,
            content: BlobDigest(hashing: Array("\(name) \(limit)".utf8)).hexadecimal
        ).prepare(to: file)
        guard let modality = outcome.manifest.inputs.first(where: { $0.value.signature.kind == kind })?.key else {
            throw Failure(.invalidArgument, "'\(name)' has no modality of kind \(kind.rawValue).")
        }
        return Prepared(
            rows: rows, manifest: outcome.manifest, data: try PreparedDataset(opening: file), modality: modality)
    }
}

/// Some of the samples, chosen by the digest of their place, so that they do not depend on their order.
private struct SomeRows: SampleRows {
    private let base: TableRows
    private let share: Double
    let counts: DatasetRecipe.Counts

    init(_ base: TableRows, atMost limit: Int) throws {
        self.base = base
        let all = base.counts
        share = min(1, Double(limit) / Double(max(1, all.training + all.validation + all.test)))
        var counts: [SamplePart: Int] = [:]
        let share = share
        try base.forEachSample { sample in
            if Self.isChosen(sample, share) { counts[sample.part, default: 0] += 1 }
        }
        self.counts = .init(
            training: counts[.training] ?? 0, validation: counts[.validation] ?? 0, test: counts[.test] ?? 0)
    }

    var modalities: [RawModality] { base.modalities }
    var files: FileFinder { base.files }

    func forEachSample(_ body: (RawSample) throws -> Void) throws {
        try base.forEachSample { sample in
            if Self.isChosen(sample, share) { try body(sample) }
        }
    }

    private static func isChosen(_ sample: RawSample, _ share: Double) -> Bool {
        let digest = BlobDigest(hashing: Array(sample.place.utf8)).hexadecimal.prefix(8)
        return Double(UInt32(digest, radix: 16) ?? 0) < share * 0x1p32
    }
}
