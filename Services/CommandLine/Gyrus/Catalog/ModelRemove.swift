import ArgumentParser
import Foundation
import Launcher
import Model
import RegistryClient

/// Removes models.
struct ModelRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Remove unused models.",
        discussion: """
            A model stays if it is live, another model descends from it, a schedule updates it, or a running search \
            fuses it; the reason is printed. Version numbers are not reused. To remove the files as well, run \
            'gyrus registry gc' or 'gyrus prune'.

              gyrus models rm 3fa27c11/48
              gyrus models rm --older-than 30d --force      old models that are archived or have no stage
            """)

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var removal: RemovalOptions
    @OptionGroup var choice: RemovalChoice

    @Argument(help: "IDs of models; see: gyrus models.", completion: .models)
    var models: [String] = []

    func validate() throws { try choice.check(models, example: "gyrus models rm --older-than 30d") }

    func run() async throws {
        let services = try Services(gyrus.project)
        let registry = try await services.registry()
        let usage = try await Usage(services)
        var found: [PretrainedModel] = []
        if let latest = choice.latest {
            found = try await registry.models(.init(filter: ["created": "<\(latest.formatted(.iso8601))"]))
                .filter { $0.stage == .none || $0.stage == .archived }
            // Descendants first, so that their ancestors can be removed as well.
            found.sort { ($0.created ?? .distantPast) > ($1.created ?? .distantPast) }
        } else {
            for id in models { found.append(try await registry.model(id)) }
        }
        let candidates = found.map {
            RemovalOptions.Candidate(
                id: $0.id, title: "\($0.id)  \($0.code?.description ?? "")",
                obstacle: usage.obstacle(ofModel: $0.id))
        }
        try await removal.remove(candidates, kind: "model", areNamed: !models.isEmpty) {
            try await registry.removeModel($0)
        }
    }
}
