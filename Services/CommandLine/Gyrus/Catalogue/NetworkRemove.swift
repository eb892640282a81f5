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

            What came with Gyrus stays, and so does a network of which a model is; the reason is told. Searches keep the \
            structures that they began with.
            """)

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var removal: RemovalOptions

    @Argument(help: "Identities of networks, their beginnings, or names; see: gyrus networks.", completion: .networks)
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
