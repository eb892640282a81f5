package import Foundation
package import Model
package import Networks
import Preparation
import Tables
package import TestSupport
import Torch

/// A user's data with a package of an untrained network, as `gyrus result --output` would write it.
package struct MadePackage {
    /// The folder of everything.
    package let folder: TemporaryDirectory
    /// Findings about the data.
    package let manifest: DatasetManifest
    /// The network's structure.
    package let description: NetworkDescription
    /// The network in front of it; nil if it reads the data itself.
    package let frozen: Frozen?
    /// Path of the folder of the package.
    package var path: String { folder.path("package") }
    /// The prepared data.
    package var dataset: URL { folder.file("data.safetensors") }
    /// The network without its preparation.
    package var network: URL { folder.file("network.pt") }

    /// - Parameters:
    ///   - families: The structure of each modality's network.
    ///   - seed: Decides the weights.
    package init(
        _ settings: DataSettings, in folder: TemporaryDirectory, families: [String: String], seed: UInt64 = 3
    ) throws {
        let manifest = try Self.prepare(settings, to: folder.path("data.safetensors"))
        let (inputs, outputs) = (manifest.inputs, manifest.target.outputs)
        let branches = try families.sorted { $0.key < $1.key }.map { modality, name in
            guard let family = StructureFamily.named(name), let input = inputs[modality] else {
                throw Failure(.notFound, "there is no \(name) for \(modality)")
            }
            return (modality, try family.network(input: modality, input.signature, outputs: outputs, width: 0.5))
        }
        let description =
            branches.count == 1 ? branches[0].1 : try NetworkDescription.fused(branches: branches, classes: outputs)
        try self.init(manifest, description, behind: nil, in: folder, seed: seed)
    }

    /// Packs a network with random weights.
    /// - Parameters:
    ///   - manifest: What it reads.
    ///   - frozen: The network in front of it.
    init(
        _ manifest: DatasetManifest, _ description: NetworkDescription, behind frozen: Frozen?,
        in folder: TemporaryDirectory, seed: UInt64 = 3
    ) throws {
        (self.manifest, self.description, self.frozen, self.folder) = (manifest, description, frozen, folder)
        let made = try ScriptedNetwork(description, seed: seed)
        try made.save(to: network)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try NetworkPackage.write(
            network: network, inputs: made.inputs, manifest: manifest,
            frozen: frozen.map { [$0.input: $0.script] } ?? [:], to: folder.file("package/model.pt"))
    }

    /// Prepares data into a file.
    package static func prepare(_ settings: DataSettings, to path: String) throws -> DatasetManifest {
        let table = try SampleTable(settings: settings)
        let rows = try TableRows(table)
        let preparer = DataPreparer(
            rows: rows, settings: settings, name: "rows", target: table.target.target, content: try rows.digest())
        return try preparer.prepare(to: path).manifest
    }

    /// Rows with a picture, a sound, a text and table columns, in two classes.
    package static func mixed(rows: Int = 40) throws -> MadePackage {
        let folder = try TemporaryDirectory()
        try MixedRows.write(to: folder, rows: rows)
        var photo = DataSettings.Modality(columns: ["photo"], kind: .image)
        photo.size = [16, 16]
        let settings = DataSettings(
            source: folder.path("rows.csv"), target: .init(columns: ["kind"], kind: .classification),
            modalities: [
                "photo": photo, "voice": .init(columns: ["voice"], kind: .audio),
                "note": .init(columns: ["note"], kind: .text),
                "facts": .init(columns: ["age", "weight", "city"], kind: .table),
            ])
        return try MadePackage(
            settings, in: folder,
            families: ["photo": "LeNet3", "voice": "ResNet", "note": "BiGRU", "facts": "MLP"])
    }

    /// A table alone: numbers and a category; the target has three classes or is a number.
    package static func table(rows: Int = 60, target: DataSettings.Answer, seed: UInt64 = 3) throws -> MadePackage {
        let folder = try TemporaryDirectory()
        var lines = ["age,weight,city,hospital,kind,cost"]
        for row in 0..<rows {
            lines.append(
                "\(20 + row * 7 % 31),\(50.5 + Double(row % 17)),\(["Rome", "Oslo"][row % 2]),"
                    + "\(["north", "south", "west"][row % 3]),\(["a", "b", "c"][row * 5 % 3]),\(row % 11).25")
        }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: folder.file("rows.csv"))
        let settings = DataSettings(
            source: folder.path("rows.csv"), target: target,
            modalities: ["facts": .init(columns: ["age", "weight", "city"], kind: .table)])
        return try MadePackage(settings, in: folder, families: ["facts": "MLP"], seed: seed)
    }

    /// Pictures alone.
    package static func pictures() throws -> MadePackage {
        let folder = try TemporaryDirectory()
        try MixedRows.write(to: folder)
        var photo = DataSettings.Modality(columns: ["photo"], kind: .image)
        photo.size = [16, 16]
        let settings = DataSettings(
            source: folder.path("rows.csv"), target: .init(columns: ["kind"], kind: .classification),
            modalities: ["photo": photo], tolerance: 0.2)
        return try MadePackage(settings, in: folder, families: ["photo": "LeNet3"])
    }

    /// The network's answer for each row of the table, computed directly.
    package func answers() throws -> [[Float]] {
        let package = try NetworkPackage(loading: folder.file("package/model.pt"))
        let rows = try TableRows(SampleTable(settings: manifest.settings))
        let reader = try ValueReader(files: rows.files, inputs: manifest.inputs)
        var answers: [[Float]] = []
        try rows.forEachSample { sample in
            var values: [String: RawValue] = [:]
            for (modality, cells) in zip(rows.modalities, sample.cells) {
                let name = frozen?.input ?? modality.name
                guard let input = manifest.inputs[name] else { continue }
                values[name] = try reader.value(cells, of: name, input)
            }
            answers += try package.answers([values])
        }
        return answers
    }
}
