import ArgumentParser
import Foundation
import Model
import Presentation
import RegistryClient

/// Moves a model to another stage.
struct ModelStageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stage",
        abstract: "Move a model to another stage: none, staging, live or archived.",
        discussion: """
              gyrus models stage 3fa27c11/48 live --note 'passed the field test'

            At most one version of a series is live: making a version live archives the previous one.
            """)

    @ParentCommand var gyrus: Gyrus

    @Option(help: ArgumentHelp("Name to record for the change (default: your login).", valueName: "name"))
    var by = NSUserName()

    @Option(help: "Reason for the change.")
    var note = ""

    @Argument(help: "ID of the model; see: gyrus models.", completion: .models)
    var model: String

    @Argument(help: "New stage: none, staging, live or archived.")
    var stage: String

    func run() async throws {
        let stage: ModelStage = try choice(stage, of: "stage")
        let registry = try await Services(gyrus.project).registry()
        let moved = try await registry.move(model, to: stage, by: by, note: note)
        emit("\(moved.id) \(moved.stage.rawValue)")
    }
}

/// Shows when models were at which stage.
struct ModelHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show the stage history of models, newest first.",
        discussion: """
              gyrus models history 3fa27c11/48
              gyrus models history --series LeNet5/av-mnist --stage live --on 2026-11-20
            """)

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions

    @Option(help: "Show only this series.")
    var series: String?

    @Option(help: "Show only this stage: none, staging, live or archived.")
    var stage: String?

    @Option(help: ArgumentHelp("Show only stages in effect on this day or at this time (UTC).", valueName: "day"))
    var on: String?

    @Option(help: "Maximum number of entries.")
    var limit = 1000

    @Argument(help: "Show only this model.")
    var model: String?

    func run() async throws {
        let span = try on.map { text in
            guard let span = CalendarSpan(text) else {
                throw ValidationError("--on '\(text)' is neither a day (2026-11-20) nor a time (2026-11-20T12:00:00Z)")
            }
            return span
        }
        let query = StageQuery(
            model: model, series: series, stage: try stage.map { try choice($0, of: "stage") }, from: span?.begin,
            to: span?.end, limit: limit)
        let changes = try await Services(gyrus.project).registry().stages(query)
        try list.render(changes.map(StageRow.init))
    }
}

/// A row of the stage history.
struct StageRow: Listable {
    let model, series, stage, by, note: String
    let version: UInt32
    let began: Date
    let ended: Date?

    init(_ change: StageChange) {
        model = change.model
        series = change.series
        version = change.version
        stage = change.stage.rawValue
        began = change.began
        ended = change.ended
        by = change.by
        note = change.note
    }

    static let columns = ["SERIES", "VERSION", "MODEL", "STAGE", "FROM", "TO", "BY", "NOTE"]

    var name: String { model }
    var row: [String] {
        [series, "\(version)", model, stage, Figures.day(began), ended.map(Figures.day) ?? "now", by, note]
    }
}
