import ArgumentParser
import Foundation
import Model
import RegistryClient
import Tables

/// Adds a user's data to the registry under a name.
struct DatasetAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Prepare a folder or a table and add it to the registry under a name; print name and version.",
        discussion: """
              gyrus datasets add clothes pictures/clothes
              gyrus datasets add cells cells.csv --target red,white,platelets

            Scenarios use it as 'data: {dataset: clothes}', or 'clothes@2' for a specific version.
            Adding a source with changed contents creates a new version; adding an unchanged one
            does nothing. Workers on any machine get the data from the registry, so the folder is
            no longer needed.
            """)

    @ParentCommand var gyrus: Gyrus

    @Argument(help: ArgumentHelp("Name of the dataset: letters, digits, '.', '_' and '-'.", valueName: "name"))
    var name: String

    @OptionGroup var data: DataOptions

    func validate() throws {
        let isFine = name.utf8.allSatisfy { ($0 | 32) &- 97 <= 25 || $0 &- 48 <= 9 || "._-".utf8.contains($0) }
        guard isFine, (1...64).contains(name.utf8.count) else {
            throw ValidationError("The name '\(name)' is not valid; use 1 to 64 letters, digits, '.', '_' and '-'.")
        }
    }

    func run() async throws {
        let registry = try await Services(gyrus.project).registry()
        // The version records what was detected, so that better detection in a later release does not change it.
        let settings = try DataLooking.report(try data.settings).settings
        let prepared = try await OwnData(registry: registry).prepare(settings)
        let (dataset, isNew) = try await DatasetVersions(registry).add(prepared, as: name)
        let number = dataset.version ?? 1
        say(
            isNew
                ? "Added version \(number) of '\(name)': \(prepared.samples.training) training, "
                    + "\(prepared.samples.validation) validation and \(prepared.samples.test) test samples. Use it with "
                    + "'data: {dataset: \(name)}'."
                : "'\(name)' already has this data, as version \(number).")
        emit("\(name)@\(number)")
    }
}

/// Shows a dataset in the registry.
struct DatasetShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the details of a dataset in the registry, and its versions.",
        discussion: """
              gyrus datasets show clothes
              gyrus datasets show clothes@1 --format json
            """)

    @ParentCommand var gyrus: Gyrus

    @Argument(help: ArgumentHelp("Name of the dataset, optionally with @version.", valueName: "name"))
    var name: String

    @Option(name: .long, help: "Output format: table or json.")
    var format: ListFormat = .table

    func run() async throws {
        let versions = DatasetVersions(try await Services(gyrus.project).registry())
        let found = try await versions.find(name)
        guard format == .table else { return emit(try json(DatasetRow(found))) }
        let data = try versions.prepared(found)
        let kinds: [Target.Kind: String] = [
            .classification: "classes", .multiLabel: "labels, any number per sample", .regression: "numbers",
        ]
        var lines = [
            "\(found.name)@\(found.version ?? 1)", "source: \(found.attributes["source"] ?? "")",
            "target: \(data.target.outputs) \(kinds[data.target.kind] ?? ""): "
                + data.target.names.prefix(20).joined(separator: ", ") + (data.target.names.count > 20 ? ", …" : ""),
            "samples: \(data.samples.training) training, \(data.samples.validation) validation, "
                + "\(data.samples.test) test",
        ]
        for (name, input) in data.inputs.sorted(by: { $0.key < $1.key }) {
            let shape = input.shape.map(String.init).joined(separator: "×")
            lines.append("input \(name): \(input.kind.rawValue), \(shape)")
        }
        lines.append("size: \(Figures.bytes(found.bytes)) in \(found.blob.hexadecimal.prefix(12))")
        let all = try await versions.all(of: found.name)
        if all.count > 1 {
            lines.append("versions:")
            lines += all.map {
                "  \($0.version ?? 0): \($0.trainingSamples) training samples, \($0.recipe.hexadecimal.prefix(12))"
            }
        }
        emit(lines.joined(separator: "\n"))
    }
}
