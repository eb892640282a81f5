import ArgumentParser
import ServiceClient

// The command line of Gyrus: its launcher and the client of its services.
extension Gyrus {
    static let configuration = CommandConfiguration(
        commandName: "gyrus",
        abstract: "Scenario in, neural network out.",
        discussion: """
            Start everything in the background with two trainer workers, publish a scenario, and read its result:

              gyrus up -d --scale trainer-worker=2
              gyrus publish Compose/scenarios/av-mnist.yaml --wait
              gyrus result ID --output results

            Results go to stdout, everything else to stderr. Exit status: 0 done, 1 failed, 2 wrong usage, \
            69 a service cannot be reached, 75 try again later, 77 not admitted, 78 wrong configuration.
            """,
        version: "gyrus \(GyrusVersion.current)",
        groupedSubcommands: [
            CommandGroup(
                name: "Services (as in Docker Compose):",
                subcommands: [
                    Up.self, Down.self, Ps.self, Logs.self, Scale.self, Restart.self, Start.self, Stop.self,
                    Config.self,
                    Supervise.self,
                ]),
            CommandGroup(
                name: "Scenarios:",
                subcommands: [
                    Run.self, NewScenario.self, Publish.self, Explain.self, Watch.self, ResultCommand.self,
                    Predict.self, Evaluate.self, ServeCommand.self, Report.self,
                ] + Scenarios.management + [Reproduce.self]),
            CommandGroup(
                name: "Catalog:",
                subcommands: [
                    Models.self, NetworksCommand.self, Datasets.self, Terms.self, Export.self, ZooCommand.self,
                    RegistryCare.self, KnowledgeCommandGroup.self,
                ]),
            CommandGroup(
                name: "Brain:", subcommands: [AtlasCommand.self, Rois.self, Functions.self, Areas.self]),
            CommandGroup(name: "Tracking:", subcommands: [Track.self]),
            CommandGroup(
                name: "Operation:",
                subcommands: [
                    Health.self, Doctor.self, Events.self, Trace.self, Dead.self, DiskUsage.self, Prune.self,
                    Backup.self, Backups.self, Restore.self, MetricsCommand.self, Autoscale.self, Join.self,
                    KeysCommand.self, Completion.self, Help.self,
                ]),
        ],
        helpNames: [.short, .long])
}

extension Gyrus {
    /// Options before the verb that take a value.
    static let optionsWithValue: Set = ["-f", "-p", "--file", "--project-name", "--project-directory", "--profile"]

    /// The arguments with `-f` before the verb replaced by `--file`, as in Docker Compose. After the verb, `-f` belongs
    /// to the verb: `logs -f`.
    static func longForm(_ arguments: some Sequence<String>) -> [String] {
        var result: [String] = []
        var isValue = false
        var isBeforeVerb = true
        for argument in arguments {
            if isBeforeVerb && !isValue {
                isBeforeVerb = argument.hasPrefix("-")
                isValue = optionsWithValue.contains(argument)
                result.append(isBeforeVerb && argument == "-f" ? "--file" : argument)
            } else {
                isValue = false
                result.append(argument)
            }
        }
        return result
    }

    /// Parses and runs the command, then exits with the documented status.
    static func main() async {
        OutputStream.secure()
        let arguments = longForm(CommandLine.arguments.dropFirst())
        let command: any ParsableCommand
        do {
            command = try parseAsRoot(arguments)
        } catch {
            leave(clarified(error, arguments), from: nil)
        }
        let kind = type(of: command)
        do {
            try await run(command)
        } catch {
            leave(error, from: kind)
        }
    }

    private static func run(_ parsed: sending any ParsableCommand) async throws {
        if var command = parsed as? any AsyncParsableCommand {
            try await command.run()
        } else {
            var command = parsed
            try command.run()
        }
    }
}
