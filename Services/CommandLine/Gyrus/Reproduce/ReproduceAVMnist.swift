import ArgumentParser
import DesignerClient
import Foundation
import Launcher
import Model
import RegistryClient

/// Reproduces the experiment on audio-visual MNIST: tables 7 and 8 of the source paper.
struct ReproduceAVMnist: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "av-mnist",
        abstract: "Train the networks of table 6 on both modalities and fuse all pairs.",
        discussion: """
              gyrus reproduce av-mnist --quick   minutes: fewer samples, one seed
              gyrus reproduce av-mnist           an hour or more on two cores

            The command publishes scenarios that train and fuse the networks, first on the recording split, then on the \
            speaker-held-out split. An interrupted run continues where it stopped: existing scenarios are not started \
            again. The output is report.md and a chart for each split.
            """)

    @ParentCommand var gyrus: Gyrus

    @Flag(help: "Use fewer samples, epochs and trials, and one seed.")
    var quick = false

    @Flag(help: "Use synthetic data instead of the real datasets.")
    var synthetic = false

    @Option(
        help: ArgumentHelp("Number of seeds; each has its own data (default: 3, quick: 1).", valueName: "n"))
    var seeds: Int?

    @Option(help: ArgumentHelp("First seed, to run on seeds that were not used for any choice.", valueName: "n"))
    var firstSeed = 1

    @Option(
        help: ArgumentHelp(
            "Folder of the raw datasets; starts the services with it, or restarts services that use another folder.",
            valueName: "folder"))
    var data: String?

    @Option(name: [.short, .long], help: ArgumentHelp("Folder for the report.", valueName: "folder"))
    var output = "av-mnist"

    func validate() throws {
        guard (1...100).contains(seeds ?? 1) else { throw ValidationError("--seeds must be from 1 to 100.") }
        guard (1...1_000_000).contains(firstSeed) else {
            throw ValidationError("--first-seed must be from 1 to 1000000.")
        }
    }

    func run() async throws {
        let start = ContinuousClock.now
        if let data { try await startServices(with: data) }
        let services = try Services(gyrus.project)
        let experiment = AVMnistExperiment(quick ? .quick : .full, seeds: seeds, from: firstSeed)
        let runner = AVMnistRunner(
            designer: try await services.designer(), registry: try await services.registry(), isSynthetic: synthetic)
        let outcomes = try await runner.outcomes(of: experiment)
        let minutes = (ContinuousClock.now - start).inSeconds / 60
        let report = AVMnistReport(experiment: experiment, outcomes: outcomes, minutes: minutes)
        emit(report.text)
        try report.write(to: URL(fileURLWithPath: output))
        say("The report is in \(output)/report.md.")
    }

    private func startServices(with data: String) async throws {
        let folder = URL(fileURLWithPath: data)
        guard (try? folder.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == true else {
            throw Failure(.invalidArgument, "--data: there is no folder '\(data)'")
        }
        setenv("GYRUS_DATA", folder.path, 1)
        let up = try Gyrus.parseAsRoot(gyrus.project.words + ["up", "--detach"])
        if var up = up as? any AsyncParsableCommand { try await up.run() }
    }
}
