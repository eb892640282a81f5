import ArgumentParser
import Foundation
import Glibc
import HelperProcesses
import Launcher
import Model
import ServiceClient
import WorkQueueClient

/// Scales workers with the amount of work.
struct Autoscale: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Scale workers with the amount of work, down to none, until stopped.",
        discussion: """
              gyrus autoscale trainer-worker --max 8
              gyrus autoscale trainer-worker --max 64 --command './scale-my-cluster'

            Without --command, this changes the number of the project's processes, like 'gyrus scale'. The shell runs the \
            command with GYRUS_WORKERS set to the desired number. Scaling up is immediate; scaling down waits until there \
            has been less work for a while. A stopped worker returns its task to the queue, so no task is lost.
            """)

    @ParentCommand var gyrus: Gyrus

    @Option(name: .customLong("min"), help: ArgumentHelp("Minimum number of workers.", valueName: "number"))
    var fewest = 0

    @Option(name: .customLong("max"), help: ArgumentHelp("Maximum number of workers.", valueName: "number"))
    var most = 8

    @Option(
        help: ArgumentHelp(
            "Waiting or running tasks per worker; a task for several workers counts as so many.", valueName: "number"))
    var tasksPerWorker = 1

    @Option(
        help: ArgumentHelp("How long there must be less work before scaling down.", valueName: "duration"),
        transform: DurationArgument.init)
    var cooldown: DurationArgument?

    @Option(
        help: ArgumentHelp("Time between checks of the queue.", valueName: "duration"),
        transform: DurationArgument.init)
    var interval: DurationArgument?

    @Option(help: ArgumentHelp("Command that sets the number of workers.", valueName: "command"))
    var command: String?

    @Argument(help: "Service to scale: trainer-worker or evaluator-worker.")
    var service: String

    private static let queues: [String: ServiceName] = ["trainer-worker": .trainer, "evaluator-worker": .evaluator]

    func validate() throws {
        guard Self.queues[service] != nil else {
            throw ValidationError(
                "'\(service)' has no task queue; use \(Self.queues.keys.sorted().joined(separator: " or ")).")
        }
        guard fewest >= 0, most >= max(1, fewest), most <= 1_000 else {
            throw ValidationError("--min and --max must satisfy 0 ≤ min ≤ max ≤ 1000, with max at least 1.")
        }
        guard (1...1_000_000).contains(tasksPerWorker) else {
            throw ValidationError("--tasks-per-worker must be from 1 to 1000000, not \(tasksPerWorker).")
        }
    }

    func run() async throws {
        guard let name = Self.queues[service] else { return }
        let services = try Services(gyrus.project)
        var scaling = Scaling(
            fewest: fewest, most: most, tasksPerWorker: tasksPerWorker, cooldown: cooldown?.duration ?? .seconds(60))
        while true {
            do {
                let demand = try await services.queue(of: name).statistics().demand
                if let wanted = scaling.decide(demand, at: .now) {
                    try await set(wanted, demand)
                    scaling.note(wanted)
                }
            } catch let failure as Failure where failure.isRetriable || failure.code == .unavailable {
                say("gyrus: \(failure.message)")
            }
            try await Task.sleep(for: interval?.duration ?? .seconds(5))
        }
    }

    private func set(_ count: Int, _ demand: QueueStatistics.Demand) async throws {
        emit("\(service)=\(count) (the tasks can use \(demand.usable))")
        guard let command else {
            _ = try await Session(gyrus.project).ask(.scale([service: count]))
            return
        }
        let status = try await Self.run(command, for: count)
        guard status == 0 else {
            throw Failure(
                .unavailable, "the command for \(count) workers exited with status \(status)", isRetriable: true)
        }
    }

    /// Runs the user's command, which inherits stdout and stderr, and returns its exit status.
    private static func run(_ command: String, for count: Int) async throws -> Int32 {
        do {
            return try await RunningProgram(
                "/bin/sh", ["-c", command],
                environment: ProcessInfo.processInfo.environment.merging(["GYRUS_WORKERS": "\(count)"]) { $1 },
                descriptors: [nil, Descriptor(copying: STDOUT_FILENO), Descriptor(copying: STDERR_FILENO)]
            ).end()
        } catch {
            throw Failure(.unavailable, "cannot start '/bin/sh' for the command: \(error)")
        }
    }
}

/// Decides the number of workers.
struct Scaling {
    let fewest: Int
    let most: Int
    let tasksPerWorker: Int
    let cooldown: Duration
    private var current: Int?
    /// Since when there has been less work than the workers could do.
    private var surplusSince: ContinuousClock.Instant?

    init(fewest: Int, most: Int, tasksPerWorker: Int, cooldown: Duration) {
        self.fewest = fewest
        self.most = most
        self.tasksPerWorker = tasksPerWorker
        self.cooldown = cooldown
    }

    /// The new number of workers; nil to leave it unchanged. Returns the same number until it is noted.
    mutating func decide(_ demand: QueueStatistics.Demand, at now: ContinuousClock.Instant) -> Int? {
        // A task for several workers starts only if they are all there, however many tasks a worker is meant to do.
        let useful = max((demand.usable + tasksPerWorker - 1) / tasksPerWorker, demand.needed)
        let wanted = min(most, max(fewest, useful))
        guard let current, wanted < current else {
            surplusSince = nil
            return wanted == current ? nil : wanted
        }
        let since = surplusSince ?? now
        surplusSince = since
        return now - since >= cooldown ? wanted : nil
    }

    /// Records that this many workers now run.
    mutating func note(_ count: Int) {
        current = count
        surplusSince = nil
    }
}
