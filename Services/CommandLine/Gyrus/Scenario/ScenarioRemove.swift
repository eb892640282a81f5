import ArgumentParser
import DesignerClient
import Foundation
import Launcher
import Model

/// Removes scenarios.
struct ScenarioRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Remove ended scenarios and their trials.",
        discussion: """
            Models that they produced stay; see: gyrus models rm. Stop a running scenario first with 'gyrus cancel'.

              gyrus scenarios rm 3fa2
              gyrus scenarios rm --older-than 30d --force
            """)

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var removal: RemovalOptions
    @OptionGroup var choice: RemovalChoice

    @Argument(help: "IDs of scenarios, or unique prefixes; see: gyrus scenarios.", completion: .scenarios)
    var scenarios: [String] = []

    func validate() throws { try choice.check(scenarios, example: "gyrus scenarios rm --older-than 30d") }

    func run() async throws {
        let designer = try await Services(gyrus.project).designer()
        var found: [ScenarioStatus] = []
        if let latest = choice.latest {
            found = try await designer.allScenarios().filter { ($0.ended ?? .distantFuture) <= latest }
        } else {
            for id in scenarios { found.append(try await designer.scenario(id)) }
        }
        let candidates = found.map { status in
            RemovalOptions.Candidate(
                id: status.id.text, title: "\(status.id)  \(status.name)  \(status.state)",
                obstacle: status.state.isFinal
                    ? nil
                    : "scenario \(status.id) is \(status.state); stop its search first: gyrus cancel \(status.id)")
        }
        try await removal.remove(candidates, kind: "scenario", areNamed: !scenarios.isEmpty) {
            _ = try await designer.remove($0)
        }
    }
}
