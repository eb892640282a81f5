import ArgumentParser
import Foundation
import Launcher
import Model
import Presentation
import RegistryClient

/// The pretrained models.
struct Models: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List and manage the pretrained models.",
        discussion: """
              gyrus models --filter dataset=av-mnist --order -accuracy
              gyrus models --filter 'code=ResNet*; vision; any; any; any; any; >=90%; *; *'
              gyrus models show 3fa27c11/48
              gyrus models import detector.onnx --area vision --function detection
              gyrus models rank new-speakers.yaml                   which to start from
              gyrus models update 3fa27c11/48 --data new-speakers.yaml
              gyrus models stage 3fa27c11/48 live --note 'passed the field test'
              gyrus models rollback 3fa27c11/48
              gyrus models schedule 3fa27c11/48 --dataset fsdd --when 500
              gyrus models history --stage live --on 2026-11-20     what was live that day
              gyrus models stats
              gyrus models rm 3fa27c11/48
            """,
        subcommands: [
            ModelList.self, ModelShow.self, ModelImport.self, ModelRank.self, ModelUpdate.self, ModelStageCommand.self,
            ModelRollback.self, ModelHistory.self, ModelStatistics.self, ModelSchedule.self, ModelSchedules.self,
            ModelUnschedule.self, ModelRemove.self,
        ], defaultSubcommand: ModelList.self)
}

/// Lists the pretrained models.
struct ModelList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the pretrained models.",
        discussion: """
              gyrus models --filter 'accuracy>=0.9' --filter 'parameters<2M'
              gyrus models --filter 'created>=2026-11-01' --order -accuracy --limit 10

            Filters take the fields of a model and of its base network; an unknown field gets an error that lists them all. \
            In values, * and ? are wildcards, 'any' matches everything, - means no value, and numbers and dates can follow \
            <, <=, > or >=. 'code' takes an artificial code of nine fields separated by ';', or its integers, with * for any \
            value. 'text' searches all text fields, and 'metrics.NAME' a metric: 'metrics.validation-loss<0.1'.
            """)

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions
    @OptionGroup var query: QueryOptions

    func run() async throws {
        let models = try await Services(gyrus.project).registry().models(query.query)
        try list.render(models.map(ModelRow.init))
        query.noteEnd(models.count)
    }
}

/// A row of the list of models. As JSON it has the texts of the lineage, too.
struct ModelRow: Listable {
    private let model: PretrainedModel

    init(_ model: PretrainedModel) { self.model = model }

    func encode(to encoder: any Encoder) throws {
        try ModelFields(model).encode(to: encoder)
        var container = encoder.container(keyedBy: FieldName.self)
        for text in model.lineage.texts {
            try container.encodeIfPresent(text.value, forKey: FieldName(stringValue: text.name))
        }
    }

    static let columns = ["ID", "CODE", "DATASET", "ACCURACY", "VERSION", "STAGE", "CREATED"]
    static let dispensable = ["CREATED", "VERSION", "DATASET"]

    var name: String { model.id }
    var row: [String] {
        [
            model.id, model.code?.description ?? "–", model.dataset, Figures.percent(model.accuracy),
            "\(model.version)", model.stage.rawValue,
            model.created.map { "\(ReplicaStatus.age($0, Date())) ago" } ?? "–",
        ]
    }
}

/// The name of a field that is known only when the program runs.
private struct FieldName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

/// A model as JSON, without its lineage.
private struct ModelFields: Encodable {
    /// A file of the model.
    struct File: Encodable {
        let format, blob: String
        let bytes: UInt64
    }

    let id, network, platform, dataset, optimizer, series, stage: String
    let version: UInt32
    let files: [File]
    let bytes: UInt64
    let accuracy: Double?
    let metrics: [String: Double]
    let code: String?
    let codeNumbers: [UInt32]
    let created, stageSince: Date?

    init(_ model: PretrainedModel) {
        id = model.id
        network = model.network.hexadecimal
        platform = model.platform
        dataset = model.dataset
        optimizer = model.optimizer
        series = model.series
        version = model.version
        stage = model.stage.rawValue
        stageSince = model.stageSince
        files = model.files.map { File(format: $0.format.rawValue, blob: $0.blob.hexadecimal, bytes: $0.bytes) }
        bytes = model.bytes
        accuracy = model.accuracy
        metrics = model.metrics
        code = model.code?.description
        codeNumbers = model.codeNumbers
        created = model.created
    }
}
