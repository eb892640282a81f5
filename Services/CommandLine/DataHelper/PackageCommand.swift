import ArgumentParser
import Confinement
import Foundation
import Inspection
import Model
import Preparation
import Torch

/// Combines a trained network with the preparation of its inputs.
///
/// Answers with lines of JSON (`PreparationMessage`): first the network's inputs; then, after a `PackageRequest` on a line
/// of stdin, that it is done.
struct PackageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "package", abstract: "Combine a network with the preparation of its inputs.")

    @Argument(help: "TorchScript file of the network.")
    var network: String

    @Argument(help: "File to write.")
    var output: String

    func run() throws {
        try answering(telling: { PreparationMessage(failure: $0) }) { answer in
            let file = URL(filePath: network)
            // The caller puts all files into a folder that it made for them.
            let folder = URL(filePath: output).deletingLastPathComponent()
            try InspectionLimits.apply(writes: true)
            try Confinement.enter(
                reading: [file], writingInto: folder, override: OpenedPackage.override, danger: OpenedPackage.danger)
            ComputeThreads.count = 1
            let inputs = try ScriptedNetwork(loading: file).inputs
            try answer(PreparationMessage(inputs: inputs))
            let request = try readRequest(PackageRequest.self)
            let manifest = request.manifest
            if let stranger = inputs.first(where: { manifest.inputs[$0] == nil }) {
                throw Failure(
                    .invalidArgument,
                    "The network has an input '\(stranger)', but the data has only "
                        + "\(manifest.inputs.keys.sorted().joined(separator: ", ")).")
            }
            try NetworkPackage.write(
                network: file, inputs: inputs, manifest: manifest, frozen: request.frozen, to: URL(filePath: output))
            try answer(PreparationMessage(manifest: manifest))
        }
    }
}
