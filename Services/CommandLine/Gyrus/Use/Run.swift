import ArgumentParser
import DesignerClient
import Foundation
import Model
import Tables

/// Goes the whole way from data to a network.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Find and train a network for a folder or a table: the whole way.",
        discussion: """
              gyrus run clothes
              gyrus run energy/buildings.csv --target heating,cooling --budget 5m
              gyrus run reviews.jsonl --output results/reviews

            Looks at the data, writes a scenario, starts the services where they do not run,
            prepares the data, searches, and ends with the table of trials and a folder that has
            the network with everything that is needed to use it. 'gyrus new' writes the scenario
            alone, to be changed by hand.
            """)

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var data: DataOptions

    @Option(
        help: ArgumentHelp("Time for search and final training together, such as 10m.", valueName: "duration"),
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
        try await WatchBoard(services: services, designer: designer, output: .talk).run(status.id.text)
        let folder = output ?? "\(fileName(status.name))-result"
        try OwnCommand(gyrus.project).run(["result", status.id.text, "--output", folder])
        let place = URL(filePath: folder)
        try Data(draft.utf8).write(to: place.appending(path: "scenario.yaml"))
        try OwnCommand(gyrus.project).run([
            "report", status.id.text, "--output", place.appending(path: "report.html").path,
        ])
        guard !wasRunning else { return }
        say("The services run on; stop them with: \(services.command("down"))")
    }

    /// Trainer workers that are started: one for each core, at most four.
    private static var workers: Int { max(1, min(4, ProcessInfo.processInfo.activeProcessorCount)) }
}

/// Runs another command of this program, about the same project.
struct OwnCommand {
    private let words: [String]

    init(_ options: ProjectOptions) { words = options.words }

    /// Runs it to its end.
    /// - Throws: `Failure` where it fails; it has said why.
    func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = words + arguments
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(.unavailable, "'gyrus \(arguments.first ?? "")' failed; its message stands above")
        }
    }
}
