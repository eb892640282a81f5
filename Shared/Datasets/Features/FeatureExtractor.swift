public import Foundation
import Model
public import Networks
import Safetensors
public import Torch

/// Runs a trained backbone over a prepared dataset once and stores the outputs of its stages.
///
/// A row that several samples use is computed only once.
public struct FeatureExtractor {
    /// The network whose stages produce the features.
    public let backbone: Backbone
    private let network: ScriptedNetwork

    /// Takes a backbone with its weights.
    /// - Throws: `Failure` if the file lacks a weight.
    public init(_ backbone: Backbone, weights: URL) throws {
        self.backbone = backbone
        network = try ScriptedNetwork(backbone.featureNetwork, seed: 0)
        try network.loadWeights(from: [(weights, "\(backbone.modality).")])
    }

    /// Writes the features of all splits.
    /// - Parameters:
    ///   - file: The file to write, all or nothing.
    ///   - check: Called between pieces of work; it throws if the work is to end.
    /// - Throws: `Failure` if the backbone does not fit the samples.
    public func write(_ dataset: PreparedDataset, to file: URL, check: () throws -> Void = {}) throws {
        var tensors: [Tensor] = []
        var target = ""
        for split in PreparedDataset.Split.allCases {
            let samples = try dataset.source(split)
            guard let modality = samples.modality(backbone.modality) else {
                throw Failure(.invalidArgument, "The dataset has no modality '\(backbone.modality)'.")
            }
            switch samples.answers {
            case .classes(let labels):
                tensors.append(try Tensor("\(split.rawValue).labels", shape: [samples.count], labels))
            case .numbers(let numbers):
                let shape = [samples.count, samples.target.outputs]
                tensors.append(try Tensor("\(split.rawValue).answers", shape: shape, numbers))
            }
            if let groups = samples.groups {
                tensors.append(try Tensor("\(split.rawValue).groups", shape: [samples.count], groups))
            }
            target = String(decoding: try JSONEncoder().encode(samples.target), as: UTF8.self)
            tensors.append(try Tensor("\(split.rawValue).indices", shape: [samples.count], modality.indices))
            tensors += try stages(of: modality, in: samples, split, check)
        }
        let metadata = [
            "format": FeatureSet.format, "target": target,
            "stages": backbone.stages.map(\.name).joined(separator: " "),
        ]
        try SafetensorsFile.write(tensors, metadata: metadata, to: file.path)
    }

    /// How well the backbone alone answers a split's samples, from its features; empty if its last stage does not give
    /// answers.
    public static func metrics(of backbone: Backbone, on features: SampleSource) -> [String: Double] {
        let width = features.target.outputs
        guard let stage = backbone.stages.last, stage.features == width, let scores = features.modality(stage.name)
        else { return [:] }
        let values = scores.rows.bindMemory(to: Float.self)
        let outputs = scores.indices.flatMap { values[Int($0) * width..<(Int($0) + 1) * width] }
        return Evaluation(of: features, outputs: outputs, loss: .nan).metrics
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

    /// Number of rows that are run between checks whether the work is to end.
    private static let piece = 512

    /// Every row of a modality once, as samples.
    private func rows(of modality: SampleSource.Modality, in samples: SampleSource) throws -> SampleSource {
        let count = modality.rowCount
        let each = modality.with(indices: (0..<Int32(clamping: count)).map { $0 })
        return try SampleSource(
            classes: 1, modalities: [each], labels: [Int32](repeating: 0, count: count),
            owner: samples.owner)
    }
}
