import ArgumentParser
import DesignerClient
import Foundation
import Launcher
import Model
import RegistryClient

/// Repeats the experiment on audio-visual MNIST: the source paper's tables 7 and 8.
struct ReproduceAVMnist: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "av-mnist",
        abstract: "Train the networks of table 6 on both modalities and fuse all pairs.",
        discussion: """
              gyrus reproduce av-mnist --quick   minutes: fewer samples, one seed
              gyrus reproduce av-mnist           an hour or more on two cores

            The networks are trained and fused by scenarios that are published to the designer, on the recording split and \
            then on the speaker-held-out split. An interrupted run continues where it stopped: scenarios that exist already \
            are not started again. The folder gets report.md and a picture for each split.
            """)

    @ParentCommand var gyrus: Gyrus

    @Flag(help: "Fewer samples, epochs and trials, and one seed.")
    var quick = false

    @Flag(help: "Use data that Gyrus makes itself instead of the real data sets.")
    var synthetic = false

    @Option(
        help: ArgumentHelp("How many seeds; each has data of its own (default: 3, quick: 1).", valueName: "n"))
    var seeds: Int?

    @Option(help: ArgumentHelp("The first of them, for a run on seeds that nothing was chosen by.", valueName: "n"))
    var firstSeed = 1

    @Option(
        help: ArgumentHelp(
            "Folder of the raw data sets; starts the services with it, or restarts those that have another.",
            valueName: "folder"))
    var data: String?

    @Option(name: [.short, .long], help: ArgumentHelp("Folder of the report.", valueName: "folder"))
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
