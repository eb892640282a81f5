import ArgumentParser
import DesignerClient
import Foundation
import Model
import Tables

/// Runs every step from data to a trained network.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Find and train a network for a folder or a table, in one step.",
        discussion: """
              gyrus run clothes
              gyrus run energy/buildings.csv --target heating,cooling --budget 5m
              gyrus run reviews.jsonl --output results/reviews

            Inspects the data, writes a scenario, starts the services if they are not running,
            prepares the data and searches. It ends with the table of trials and a folder with
            the network and everything needed to use it. 'gyrus new' only writes the scenario,
            for you to edit.
            """)

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var data: DataOptions

    @Option(
        help: ArgumentHelp("Total time for search and final training, such as 10m.", valueName: "duration"),
        transform: DurationArgument.init)
    var budget: DurationArgument?

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Folder for the result (default: NAME-result).", valueName: "folder"))
    var output: String?

    func run() async throws {
        let report = try DataLooking.report(try data.settings)
        say(report.text())
        let draft = ScenarioDraft(report, budget: budget?.duration).text
        let wasRunning = try await Session(gyrus.project).status() != nil
        if !wasRunning {
            say("\nStarting the services.")
            try OwnCommand(gyrus.project).run(["up", "--detach", "--scale", "trainer-worker=\(Self.workers)"])
        }
        let services = try Services(gyrus.project)
        let text = try await OwnData.prepared(
            draft, file: "scenario", folder: URL(filePath: FileManager.default.currentDirectoryPath)
        ) { try await services.registry() }
        let designer = try await services.designer()
        let status = try await designer.publish(text, file: "scenario", as: .random())
        say("Published '\(status.name)' as \(status.id).")
        try await WatchDisplay(services: services, designer: designer, output: .talk).run(status.id.text)
        let folder = output ?? "\(fileName(status.name))-result"
        try OwnCommand(gyrus.project).run(["result", status.id.text, "--output", folder])
        let place = URL(filePath: folder)
        try Data(draft.utf8).write(to: place.appending(path: "scenario.yaml"))
        try OwnCommand(gyrus.project).run([
            "report", status.id.text, "--output", place.appending(path: "report.html").path,
        ])
        guard !wasRunning else { return }
        say("The services keep running; stop them with: \(services.command("down"))")
    }

    /// Number of trainer workers to start: one per core, at most four.
    private static var workers: Int { max(1, min(4, ProcessInfo.processInfo.activeProcessorCount)) }
}

/// Runs another command of this program on the same project.
struct OwnCommand {
    private let words: [String]

    init(_ options: ProjectOptions) { words = options.words }

    /// Runs the command until it exits.
    /// - Throws: `Failure` if the command fails; it has printed the reason itself.
    func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = words + arguments
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(.unavailable, "'gyrus \(arguments.first ?? "")' failed; see its message above")
        }
    }
}
