import ArgumentParser
import Foundation
import Model
import RegistryClient

/// Pretrained networks of others, from the data directory.
struct ZooCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "zoo", abstract: "Fill the registry with pretrained networks of others.",
        discussion: """
              gyrus zoo seed --data ../shared/data

            Standard base networks for vision, audition, language and emotion are in every registry: gyrus networks.
            """, subcommands: [ZooSeed.self])
}

/// Imports the detectors and re-identification networks that are on this machine.
struct ZooSeed: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seed",
        abstract: "Import the detectors and re-identification networks of the data directory.",
        discussion: """
            Looks for folders 'detectors' and 'reid' where datasets are looked for (--data, then $GYRUS_DATA, then
            ../shared/data, then ~/.cache/gyrus/data). A file that cannot be checked is listed with the reason. What is
            there already stays as it is.
            """)

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions

    @Option(help: ArgumentHelp("Folder that holds the folders.", valueName: "folder"), completion: .directory)
    var data: String?

    func run() async throws {
        let locator = DataLocator(folder: data)
        let importer = ModelImporter(registry: try await Services(gyrus.project).registry())
        var rows: [ZooRow] = []
        var missing: [String] = []
        for folder in ["detectors", "reid"] {
            guard let place = try? locator.folder(of: folder) else {
                missing.append(folder)
                continue
            }
            for file in Self.networkFiles(in: URL(filePath: place)) {
                rows.append(await Self.seed(file, of: place, with: importer))
            }
        }
        if missing.count == 2 { _ = try locator.folder(of: "detectors") }
        try list.render(rows)
        for folder in missing { say("There is no folder '\(folder)'; its networks were left out.") }
    }

    /// Files with weights, in the order of their paths.
    private static func networkFiles(in folder: URL) -> [URL] {
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        var found: [URL] = []
        while let file = files?.nextObject() as? URL {
            if ["onnx", "pt", "safetensors", "weights", "xml", "pth"].contains(file.pathExtension) {
                found.append(file)
            }
        }
        return found.sorted { $0.path < $1.path }
    }

    private static func seed(_ file: URL, of folder: String, with importer: ModelImporter) async -> ZooRow {
        let path = String(file.path.dropFirst(folder.count + 1))
        do {
            let facts = try ModelFacts.parse(KnownFile.facts(of: file))
            let checked = try await importer.check(file, facts)
            return ZooRow(file: path, model: try await importer.store(checked).id, reason: nil)
        } catch {
            let reason = Failure(error).message.replacing("'\(file.path)' cannot be imported: ", with: "")
            return ZooRow(file: path, model: nil, reason: reason)
        }
    }
}

/// What is known of files by their names.
enum KnownFile {
    private static let facts: [String: [String]] = [
        "yolox_nano.onnx": [
            "--category", "YOLOX", "--function", "detection", "--dataset", "COCO", "--optimizer", "SGD",
            "--licence", "Apache-2.0", "--origin",
            "https://github.com/Kazuhito00/YOLOX-ONNX-TFLite-Sample/tree/3d4f1119d0694200671c08069ecb847aa0d8495a",
        ],
        "FastestDet.onnx": [
            "--category", "FastestDet", "--function", "detection", "--dataset", "COCO", "--optimizer", "SGD",
            "--licence", "BSD-3-Clause", "--origin",
            "https://github.com/dog-qiuqiu/FastestDet/tree/50473cd155cb088aa4a99e64ff6a4b3c24fa07e1",
        ],
        "osnet_x0_25_msmt17.onnx": [
            "--category", "OSNet", "--function", "re-identification", "--dataset", "MSMT17", "--optimizer", "Adam",
            "--licence", "MIT", "--origin",
            "https://github.com/czqosu/person_tracking/tree/ccce98f6196f07f644c3df85b254357896620275",
        ],
    ]

    /// The facts as options of `gyrus models import`; for an unknown file, what can be said of any detector.
    static func facts(of file: URL) -> [String] {
        let known = facts[file.lastPathComponent] ?? ["--function", "detection"]
        return ["--area", "vision", "--area", "vision.body"] + known
    }
}

/// A file as `gyrus zoo seed` lists it.
struct ZooRow: Listable {
    let file: String
    let model: String?
    let reason: String?

    static let columns = ["FILE", "MODEL", "REASON"]

    var name: String { model ?? "" }
    var row: [String] { [file, model ?? "–", reason ?? ""] }
}
