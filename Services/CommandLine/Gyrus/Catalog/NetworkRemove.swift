import ArgumentParser
import Foundation
import Model
import RegistryClient

/// Removes base networks.
struct NetworkRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "Remove structures that you added.",
        discussion: """
              gyrus networks rm TwoBlocks

            Networks that are part of Gyrus or that a model uses are not removed; the command says why. Searches keep the \
            structures that they started with.
            """)

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var removal: RemovalOptions

    @Argument(help: "IDs, unique ID prefixes or names of networks; see: gyrus networks.", completion: .networks)
    var networks: [String]

    func run() async throws {
        let registry = try await Services(gyrus.project).registry()
        var candidates: [RemovalOptions.Candidate] = []
        for name in networks {
            let network = try await registry.network(called: name)
            guard let id = network.id?.hexadecimal else { continue }
            candidates.append(.init(id: id, title: "\(id.prefix(12))  \(network.name)"))
        }
        try await removal.remove(candidates, kind: "network", areNamed: true) {
            try await registry.removeNetwork(BlobDigest($0))
        }
    }
}
