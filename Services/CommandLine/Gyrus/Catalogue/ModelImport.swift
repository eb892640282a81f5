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
        abstract: "Check files of TorchScript, safetensors, ONNX, Darknet or OpenVINO; register them.",
        discussion: """
              gyrus models import yolox_nano.onnx --category YOLOX --area vision \\
                  --function detection --dataset COCO --license Apache-2.0 --accuracy 0.258
              gyrus models import weights.safetensors --network LeNet5 --dataset mnist
              gyrus models import resnet18.pt --input 3x224x224 --category ResNet \\
                  --area vision --function classification --dataset ImageNet
              gyrus models import shelf                              all model files of a folder
              gyrus models import resnet18.pt --contract resnet18.yaml --category ResNet

            The file is read in a process of its own with limits; nothing is stored unless the whole file is sound. Weights \
            alone need their base network (--network, see: gyrus networks), unless their names are those of a ResNet, \
            MobileNetV2, ViT or BERT as torchvision, timm or Hugging Face have them. For Darknet name the .weights file, \
            for OpenVINO the .xml file; the .cfg or .bin file beside it is read too. A pickle (.pth, .pkl) is \
            refused, because reading one runs whatever code is in it.

            With a contract, which says what the network must be given, searches choose from it, too: --contract names its \
            file; else FILE.contract.yaml or Hugging Face's preprocessor_config.json beside the file is taken. See: gyrus \
            help pretrained.
            """)

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var facts: ModelFacts

    @Option(
        help: ArgumentHelp(
            "Shape of an input of one sample, for TorchScript, or 'none' for an optional one (can be repeated).",
            valueName: "3x224x224"))
    var input: [ShapeArgument] = []

    @Option(
        help: ArgumentHelp("File that says what the network must be given, and which output describes a sample."),
        completion: .file())
    var contract: String?

    @Flag(help: "Check only; store nothing.")
    var dryRun = false

    @Argument(help: "The file, or a folder of such files.", completion: .file())
    var file: String

    func run() async throws {
        let importer = ModelImporter(registry: try await Services(gyrus.project).registry())
        let url = URL(filePath: file).absoluteURL
        guard (try? url.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == true else {
            return try await add(url, importer)
        }
        guard facts.id == nil, facts.name == nil, facts.network == nil else {
            throw Failure(.invalidArgument, "--id, --name and --network are about one file, and '\(file)' is a folder")
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
                .invalidArgument, "\(failed) of \(files.count) files were not imported; the reasons stand above")
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

/// What people say of a model that they import.
struct ModelFacts: ParsableArguments {
    @Option(help: "Base network that the weights are for: its name or identity.")
    var network: String?

    @Option(help: "Identity of the model (default: the file's name and the beginning of its digest).")
    var id: String?

    @Option(help: "Name of the network (default: the file's name).")
    var name: String?

    @Option(help: "Family of the network, such as ResNet (default: its name).")
    var category: String?

    @Option(help: "Functional area that it serves, such as vision (can be repeated).")
    var area: [String] = []

    @Option(help: "What it does, such as detection (can be repeated).")
    var function: [String] = []

    @Option(help: "Data that it was trained on.")
    var dataset = "unknown"

    @Option(help: "Optimizer that trained it.")
    var optimizer = "unknown"

    @Option(help: "Platform that wrote it (default: what the file says).")
    var platform: String?

    @Option(help: "Accuracy that was measured, 0 to 1.")
    var accuracy: Double?

    @Option(name: [.long, .customLong("license")], help: "License, by its SPDX identifier.")
    var licence: String?

    @Option(help: "Where it comes from, such as an address.")
    var origin: String?

    @Option(help: "Model whose weights it started from.")
    var parent: String?

    @Option(help: "What it is a version of (default: network/dataset).")
    var series = ""
}

/// A shape, written `3x224x224`; `none` for an input that is left out.
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
