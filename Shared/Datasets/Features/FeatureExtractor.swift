public import Foundation
import Model
public import Networks
import Safetensors
public import Torch

/// Runs a trained backbone over a prepared dataset once and keeps what its stages give.
///
/// A row that several samples use is computed once.
public struct FeatureExtractor {
    /// The backbone.
    public let backbone: Backbone
    private let network: ScriptedNetwork

    /// Takes a backbone with its weights.
    /// - Throws: `Failure` where the file lacks a weight.
    public init(_ backbone: Backbone, weights: URL) throws {
        self.backbone = backbone
        network = try ScriptedNetwork(backbone.featureNetwork, seed: 0)
        try network.loadWeights(from: [(weights, "\(backbone.modality).")])
    }

    /// Writes the features of all splits.
    /// - Parameters:
    ///   - file: The file to write, all or nothing.
    ///   - check: Called between pieces of work; it throws where the work is to end.
    /// - Throws: `Failure` where the backbone does not fit the samples.
    public func write(_ dataset: PreparedDataset, to file: URL, check: () throws -> Void = {}) throws {
        var tensors: [Tensor] = []
        for split in PreparedDataset.Split.allCases {
            let samples = try dataset.source(split)
            guard let modality = samples.modality(backbone.modality) else {
                throw Failure(.invalidArgument, "The dataset has no modality '\(backbone.modality)'.")
            }
            tensors.append(try Tensor("\(split.rawValue).labels", shape: [samples.count], samples.labels))
            tensors.append(try Tensor("\(split.rawValue).indices", shape: [samples.count], modality.indices))
            tensors += try stages(of: modality, in: samples, split, check)
        }
        let metadata = [
            "format": FeatureSet.format, "classes": "\(dataset.recipe.classes)",
            "stages": backbone.stages.map(\.name).joined(separator: " "),
        ]
        try SafetensorsFile.write(tensors, metadata: metadata, to: file.path)
    }

    /// Share of a split's samples that the backbone by itself answers right, from its features.
    public static func accuracy(of backbone: Backbone, on features: SampleSource) throws -> Double {
        guard let stage = backbone.stages.last, let scores = features.modality(stage.name) else { return 0 }
        let values = scores.rows.bindMemory(to: Float.self)
        let right = zip(scores.indices, features.labels).count { index, label in
            let row = values[Int(index) * stage.features..<(Int(index) + 1) * stage.features]
            return row.indices.max { row[$0] < row[$1] }.map { $0 - row.startIndex } == Int(label)
        }
        return features.count == 0 ? 0 : Double(right) / Double(features.count)
    }

    private func stages(
        of modality: SampleSource.Modality, in samples: SampleSource, _ split: PreparedDataset.Split,
        _ check: () throws -> Void
    ) throws -> [Tensor] {
        let width = backbone.stages.reduce(0) { $0 + $1.features }
        let rows = try rows(of: modality, in: samples)
        var columns = backbone.stages.map { _ in [Float]() }
        for start in stride(from: 0, to: rows.count, by: Self.piece) {
            try check()
            let piece = rows.selecting(start..<min(start + Self.piece, rows.count))
            for row in try network.outputs(for: piece, width: width) {
                var offset = 0
                for (index, stage) in backbone.stages.enumerated() {
                    columns[index] += row[offset..<offset + stage.features]
                    offset += stage.features
                }
            }
        }
        return try zip(backbone.stages, columns).map { stage, values in
            try Tensor("\(split.rawValue).\(stage.name).rows", shape: [rows.count, stage.features], values)
        }
    }

    /// Rows that are run before somebody looks whether the work is to end.
    private static let piece = 512

    /// Every row of a modality once, as samples.
    private func rows(of modality: SampleSource.Modality, in samples: SampleSource) throws -> SampleSource {
        let count = modality.rowCount
        let each = SampleSource.Modality(
            name: modality.name, shape: modality.shape, elementType: modality.elementType, scale: modality.scale,
            offset: modality.offset, rows: modality.rows, indices: (0..<Int32(clamping: count)).map { $0 })
        return try SampleSource(
            classes: samples.classes, modalities: [each], labels: [Int32](repeating: 0, count: count),
            owner: samples.owner)
    }
}
