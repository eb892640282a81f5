import ArgumentParser
import Foundation
import Model
import Preparation
import Torch

/// Puts a trained network together with the preparation of its inputs.
struct PackageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "package", abstract: "Put a network together with the preparation of its inputs.")

    @Argument(help: "The network's TorchScript file.")
    var network: String

    @Argument(help: "The prepared data's manifest, a JSON file.")
    var manifest: String

    @Argument(help: "The file to write.")
    var output: String

    func run() throws {
        ComputeThreads.count = 1
        try answering { answer in
            let manifest = try DatasetManifest(json: String(contentsOfFile: manifest, encoding: .utf8))
            let file = URL(filePath: network)
            let inputs = try ScriptedNetwork(loading: file).inputs
            if let stranger = inputs.first(where: { manifest.inputs[$0] == nil }) {
                throw Failure(
                    .invalidArgument,
                    "The network has an input '\(stranger)', but the data have only "
                        + "\(manifest.inputs.keys.sorted().joined(separator: ", ")).")
            }
            try NetworkPackage.write(network: file, inputs: inputs, manifest: manifest, to: URL(filePath: output))
            try answer(PreparationMessage(manifest: manifest))
        }
    }
}
