import ArgumentParser
import Foundation
import Model
import RegistryClient

/// Third-party pretrained networks from the data directory.
struct ZooCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "zoo", abstract: "Fill the registry with third-party pretrained networks.",
        discussion: """
              gyrus zoo seed --data ../shared/data

            Every registry already has standard base networks for vision, audition, language and emotion: gyrus networks.
            """, subcommands: [ZooSeed.self])
}

/// Imports the detectors and re-identification networks on this machine.
struct ZooSeed: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seed",
        abstract: "Import the detectors and re-identification networks in the data directory.",
        discussion: """
            Looks for the folders 'detectors' and 'reid' in the data folders (--data, then $GYRUS_DATA, then \
            ../shared/data, then ~/.cache/gyrus/data). Lists each file that fails the check, with the reason. Existing \
            models are kept.
            """)

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions

    @Option(help: ArgumentHelp("Folder that contains these folders.", valueName: "folder"), completion: .directory)
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
        for folder in missing { say("There is no folder '\(folder)'; skipped its networks.") }
    }

    /// Files with weights, sorted by path.
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

/// Facts about files, by their names.
enum KnownFile {
    private static func facts(
        _ category: String, _ function: String, on dataset: String, by optimizer: String, license: String,
        origin: String
    ) -> [String] {
        [
            "--category", category, "--function", function, "--dataset", dataset, "--optimizer", optimizer, "--license",
            license, "--origin", "https://github.com/\(origin)",
        ]
    }

    private static let openVINO =
        "yas-sim/object-tracking-line-crossing-area-intrusion/tree/7d474dd0fb35ee03d1d5dde246522d01186d9358"
    private static let yoloFastest = facts(
        "YOLO-Fastest", "detection", on: "COCO", by: "SGD", license: "YOLO-2",
        origin: "dog-qiuqiu/Yolo-Fastest/tree/96a2900d163196c396e73f3fdab04ca4dd9a2f70")
    private static let retail = facts(
        "OSNet", "re-identification", on: "unknown", by: "unknown", license: "Apache-2.0", origin: openVINO)

    private static let facts: [String: [String]] = [
        "yolox_nano.onnx": facts(
            "YOLOX", "detection", on: "COCO", by: "SGD", license: "Apache-2.0",
            origin: "Kazuhito00/YOLOX-ONNX-TFLite-Sample/tree/3d4f1119d0694200671c08069ecb847aa0d8495a"),
        "FastestDet.onnx": facts(
            "FastestDet", "detection", on: "COCO", by: "SGD", license: "BSD-3-Clause",
            origin: "dog-qiuqiu/FastestDet/tree/50473cd155cb088aa4a99e64ff6a4b3c24fa07e1"),
        "osnet_x0_25_msmt17.onnx": facts(
            "OSNet", "re-identification", on: "MSMT17", by: "Adam", license: "MIT",
            origin: "czqosu/person_tracking/tree/ccce98f6196f07f644c3df85b254357896620275"),
        "yolo-fastest-1.0.weights": yoloFastest,
        "yolo-fastest-1.0-xl.weights": yoloFastest,
        "yolo-fastest-1.1.weights": yoloFastest,
        "yolo-fastest-1.1-xl.weights": yoloFastest,
        "yolo-fastest-1.1_body.weights": yoloFastest,
        "pedestrian-detection-adas-0002.xml": facts(
            "SSD", "detection", on: "unknown", by: "unknown", license: "Apache-2.0", origin: openVINO),
        "person-reidentification-retail-0287.xml": retail,
        "person-reidentification-retail-0288.xml": retail,
    ]

    /// The facts as options of `gyrus models import`; for an unknown file, those of any detector.
    static func facts(of file: URL) -> [String] {
        let known = facts[file.lastPathComponent] ?? ["--function", "detection"]
        return ["--area", "vision", "--area", "vision.body"] + known
    }
}

/// A row of the list that `gyrus zoo seed` prints.
struct ZooRow: Listable {
    let file: String
    let model: String?
    let reason: String?

    static let columns = ["FILE", "MODEL", "REASON"]

    var name: String { model ?? "" }
    var row: [String] { [file, model ?? "–", reason ?? ""] }
}
