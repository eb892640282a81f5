import ArgumentParser
import Foundation
import Model
import Preparation
import Torch

/// Puts a trained network together with the preparation of its inputs.
///
/// It answers lines of JSON (`PreparationMessage`): first the network's inputs, whereupon it waits for a `PackageRequest` on a
/// line of stdin; then that it is done.
struct PackageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "package", abstract: "Put a network together with the preparation of its inputs.")

    @Argument(help: "The network's TorchScript file.")
    var network: String

    @Argument(help: "The file to write.")
    var output: String

    func run() throws {
        ComputeThreads.count = 1
        try answering(telling: { PreparationMessage(failure: $0) }) { answer in
            let file = URL(filePath: network)
            let inputs = try ScriptedNetwork(loading: file).inputs
            try answer(PreparationMessage(inputs: inputs))
            let request = try readRequest(PackageRequest.self)
            let manifest = request.manifest
            if let stranger = inputs.first(where: { manifest.inputs[$0] == nil }) {
                throw Failure(
                    .invalidArgument,
                    "The network has an input '\(stranger)', but the data have only "
                        + "\(manifest.inputs.keys.sorted().joined(separator: ", ")).")
            }
            try NetworkPackage.write(
                network: file, inputs: inputs, manifest: manifest, frozen: request.frozen, to: URL(filePath: output))
            try answer(PreparationMessage(manifest: manifest))
        }
    }
}
