public import Foundation
public import Model
package import Schema

/// A base network with weights, and where they came from.
public struct PretrainedModel: Hashable, Sendable {
    /// Identity, chosen by whoever registers it.
    public var id: String
    /// Its base network.
    public var network: BlobDigest
    /// Platform that wrote the weights, such as `Gyrus1.0`.
    public var platform: String
    /// Name of the dataset that it was trained on.
    public var dataset: String
    /// Optimizer in the sense of table 1, such as `SGD`.
    public var optimizer: String
    /// Accuracy on the dataset's test split, 0 to 1; nil if it was never measured.
    public var accuracy: Double?
    /// Its files, at most one of each format.
    public var files: [ModelFile]
    /// Other measurements.
    public var metrics: [String: Double]
    /// Where it came from.
    public var lineage: Lineage
    /// What it is a version of; where empty, the registry takes `network name/dataset`.
    public var series: String
    /// Number of the version in its series, from 1; given by the registry.
    public var version: UInt32
    /// Its stage; changed by `RegistryClient.move(_:to:by:note:)`.
    public var stage: ModelStage
    /// Since when it has been at that stage.
    public var stageSince: Date?
    /// Size of all files; counted by the registry.
    public var bytes: UInt64
    /// When it was registered; set by the registry.
    public var created: Date?
    /// Its artificial code; made by the registry.
    public var code: ArtificialCode?
    /// The artificial code as integers; made by the registry.
    public var codeNumbers: [UInt32]

    /// The run, the data and the weights that a model came from, and under which license.
    public struct Lineage: Hashable, Sendable {
        /// Scenario that made it; nil if it was imported.
        public var scenario: String?
        /// Trial that made it; nil if it was imported.
        public var trial: String?
        /// Recipe of the prepared dataset that it was trained on; nil if unknown.
        public var recipe: BlobDigest?
        /// Model whose weights it started from.
        public var parent: String?
        /// License, by its SPDX identifier where it has one.
        public var licence: String?
        /// Where it was imported from.
        public var origin: String?

        /// Makes a lineage.
        public init(
            scenario: String? = nil, trial: String? = nil, recipe: BlobDigest? = nil, parent: String? = nil,
            licence: String? = nil, origin: String? = nil
        ) {
            self.scenario = scenario
            self.trial = trial
            self.recipe = recipe
            self.parent = parent
            self.licence = licence
            self.origin = origin
        }
    }

    /// Makes a model to be registered; the registry fills in the rest.
    public init(
        id: String, network: BlobDigest, platform: String, dataset: String, optimizer: String, accuracy: Double?,
        files: [ModelFile], metrics: [String: Double] = [:], lineage: Lineage = Lineage(), series: String = ""
    ) {
        self.id = id
        self.network = network
        self.platform = platform
        self.dataset = dataset
        self.optimizer = optimizer
        self.accuracy = accuracy
        self.files = files
        self.metrics = metrics
        self.lineage = lineage
        self.series = series
        version = 0
        stage = .none
        bytes = 0
        codeNumbers = []
    }

    /// Its file of a format.
    public func file(_ format: ModelFile.Format) -> BlobDigest? { files.first { $0.format == format }?.blob }

    /// The model that was received.
    package init(_ wire: Wire.PretrainedModel) throws {
        func text(_ value: String) -> String? { value.isEmpty ? nil : value }
        func time(_ value: Int64) -> Date? { value == 0 ? nil : Date(microseconds: value) }
        self.init(
            id: wire.id, network: try BlobDigest(wire.network), platform: wire.platform, dataset: wire.dataset,
            optimizer: wire.optimizer, accuracy: wire.accuracy, files: try wire.files.map(ModelFile.init),
            metrics: .init(wire.metrics),
            lineage: Lineage(
                scenario: text(wire.scenario), trial: text(wire.trial),
                recipe: try text(wire.recipe).map(BlobDigest.init), parent: text(wire.parent),
                licence: text(wire.licence), origin: text(wire.origin)), series: wire.series)
        version = wire.version
        stage = try text(wire.stage).map(ModelStage.init(word:)) ?? .none
        stageSince = time(wire.stageSinceMicroseconds)
        bytes = wire.bytes
        created = time(wire.createdMicroseconds)
        code = try text(wire.codeText).map { try ArtificialCode($0) }
        codeNumbers = wire.code
    }
}

extension Wire.PretrainedModel {
    /// The model as it is sent.
    package init(_ model: PretrainedModel) {
        self.init(
            id: model.id, network: model.network.hexadecimal, platform: model.platform, dataset: model.dataset,
            optimizer: model.optimizer, accuracy: model.accuracy, files: model.files.map(Wire.ModelFile.init),
            bytes: model.bytes, scenario: model.lineage.scenario ?? "", trial: model.lineage.trial ?? "",
            createdMicroseconds: model.created?.microseconds ?? 0, metrics: .init(model.metrics),
            codeText: model.code?.description ?? "", code: model.codeNumbers, series: model.series,
            version: model.version, recipe: model.lineage.recipe?.hexadecimal ?? "",
            parent: model.lineage.parent ?? "", licence: model.lineage.licence ?? "",
            origin: model.lineage.origin ?? "", stage: model.stage.rawValue,
            stageSinceMicroseconds: model.stageSince?.microseconds ?? 0)
    }
}
