import ArgumentParser
import Foundation
import Inspection
import Launcher
import Model
import RegistryClient

/// Imports a file as a pretrained model.
struct ModelImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Check and register model files in TorchScript, safetensors, ONNX, Darknet or OpenVINO format.",
        discussion: """
              gyrus models import yolox_nano.onnx --category YOLOX --area vision \\
                  --function detection --dataset COCO --license Apache-2.0 --accuracy 0.258
              gyrus models import weights.safetensors --network LeNet5 --dataset mnist
              gyrus models import resnet18.pt --input 3x224x224 --category ResNet \\
                  --area vision --function classification --dataset ImageNet
              gyrus models import shelf                              all model files in a folder
              gyrus models import resnet18.pt --contract resnet18.yaml --category ResNet

            The file is read in a separate process with resource limits; nothing is stored unless the whole file is valid. \
            Bare weights need their base network (--network, see: gyrus networks), unless they use the parameter names of a \
            ResNet, MobileNetV2, ViT or BERT from torchvision, timm or Hugging Face. For Darknet, give the .weights file; \
            for OpenVINO, the .xml file; the .cfg or .bin file next to it is read too. Pickles (.pth, .pkl) are \
            refused, because reading one runs any code in it.

            With a contract, which describes the network's input, searches can use the model, too. The contract is the file \
            given by --contract, else FILE.contract.yaml, or Hugging Face's preprocessor_config.json or \
            tokenizer.json next to the file. See: gyrus help pretrained.
            """)

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var facts: ModelFacts

    @Option(
        help: ArgumentHelp(
            "For TorchScript: shape of one sample's input, or 'none' for an optional input (can be repeated).",
            valueName: "3x224x224"))
    var input: [ShapeArgument] = []

    @Option(
        help: ArgumentHelp("Contract file: the network's input, and which output has the features of a sample."),
        completion: .file())
    var contract: String?

    @Flag(help: "Only check the file; store nothing.")
    var dryRun = false

    @Argument(help: "Model file, or a folder of model files.", completion: .file())
    var file: String

    func run() async throws {
        guard FileManager.default.fileExists(atPath: file) else {
            throw Failure(.invalidArgument, "there is no file '\(file)'")
        }
        let importer = ModelImporter(registry: try await Services(gyrus.project).registry())
        let url = URL(filePath: file).absoluteURL
        guard (try? url.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == true else {
            return try await add(url, importer)
        }
        guard facts.id == nil, facts.name == nil, facts.network == nil else {
            throw Failure(
                .invalidArgument, "--id, --name and --network apply to a single file, but '\(file)' is a folder")
        }
        let files = try ModelFolder(url).files
        var failed = 0
        for file in files {
            do {
                try await add(file, importer)
            } catch let failure as Failure where failure.code != .unavailable {
                failed += 1
                say("\(file.path): \(failure.message)")
            }
        }
        guard failed == 0 else {
            throw Failure(
                .invalidArgument, "\(failed) of \(files.count) files were not imported; see the reasons above")
        }
    }

    private func add(_ file: URL, _ importer: ModelImporter) async throws {
        let contract = try contract.map(InputContract.init(file:)) ?? InputContract.beside(file)
        let checked = try await importer.check(file, facts, inputShapes: input.map(\.sizes), contract: contract)
        for finding in checked.inspection.findings { say("\(checked.inspection.format.rawValue): \(finding)") }
        if let contract { say("reads \(contract.summary)") }
        if dryRun { return say("Nothing was stored (--dry-run).") }
        let model = try await importer.store(checked)
        emit(model.id)
        say("\(model.code?.description ?? "") (\(model.series), version \(model.version))")
    }
}

/// The user's description of an imported model.
struct ModelFacts: ParsableArguments {
    @Option(help: "Name or ID of the base network that the weights belong to.")
    var network: String?

    @Option(help: "ID of the model (default: the file's name and the start of its digest).")
    var id: String?

    @Option(help: "Name of the network (default: the file's name).")
    var name: String?

    @Option(help: "Family of the network, such as ResNet (default: its name).")
    var category: String?

    @Option(help: "Functional area of the network, such as vision (can be repeated).")
    var area: [String] = []

    @Option(help: "Function of the network, such as detection (can be repeated).")
    var function: [String] = []

    @Option(help: "Dataset that it was trained on.")
    var dataset = "unknown"

    @Option(help: "Optimizer that trained it.")
    var optimizer = "unknown"

    @Option(help: "Platform that wrote the file (default: as the file states).")
    var platform: String?

    @Option(help: "Measured accuracy, 0 to 1.")
    var accuracy: Double?

    @Option(name: [.long, .customLong("licence")], help: "License, as an SPDX identifier.")
    var license: String?

    @Option(help: "Where it comes from, such as a URL.")
    var origin: String?

    @Option(help: "Model whose weights it started from.")
    var parent: String?

    @Option(help: "Series that it is a version of (default: network/dataset).")
    var series = ""

    /// Where the model comes from.
    var lineage: PretrainedModel.Lineage { .init(parent: parent, license: license, origin: origin) }
}

/// A shape, written `3x224x224`, or `none` for an omitted input.
struct ShapeArgument: ExpressibleByArgument {
    let sizes: [Int]?

    init?(argument: String) {
        if argument == "none" {
            sizes = nil
            return
        }
        let parts = argument.split(separator: "x", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int($0) }.filter { $0 > 0 }
        guard numbers.count == parts.count else { return nil }
        sizes = numbers
    }
}
