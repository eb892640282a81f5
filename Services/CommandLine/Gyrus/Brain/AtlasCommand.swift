import ArgumentParser
import Brain
import Foundation
import Model
import Presentation
import RegistryClient

/// The atlas that resolves scenarios.
struct AtlasCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "atlas", abstract: "Show, replace or export the brain atlas.",
        discussion: """
              gyrus atlas
              gyrus atlas import ../shared/data/atlas
              gyrus atlas export my-atlas
            """,
        subcommands: [AtlasShow.self, AtlasImport.self, AtlasExport.self], defaultSubcommand: AtlasShow.self)
}

/// Shows the size of the atlas and its sources.
struct AtlasShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the size of the atlas, its sources and their licenses.")

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions

    func run() async throws {
        let files = try await Services(gyrus.project).registry().atlasFiles()
        let atlas = try Atlas(files)
        try list.render([
            AtlasRow(name: "regions", count: atlas.regions.count),
            AtlasRow(name: "functions", count: atlas.functions.count),
            AtlasRow(name: "associations", count: atlas.associationCount),
            AtlasRow(name: "co-activations", count: atlas.coactivationCount),
            AtlasRow(name: "words", count: atlas.words.count),
        ])
        guard list.format == .table, !list.quiet else { return }
        emit("\nIdentity: \(files.digest)\n\n\(atlas.sources.isEmpty ? "The atlas lists no sources." : atlas.sources)")
    }
}

/// Replaces the atlas.
struct AtlasImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Replace the atlas and show the changes.",
        discussion: """
            The folder needs roi.tsv (roi_id, name, hemisphere, mni_x, mni_y, mni_z) and roi_function.tsv (roi_id, \
            function, strength). The files function.tsv, coactivation.tsv, word.tsv and SOURCES.md are optional, as are \
            the sources' original tables (roi_function_brainmap.tsv, coactivation_phi.tsv and others). Everything is \
            checked before anything changes. Manually changed areas are kept.

              gyrus atlas import ../shared/data/atlas
              gyrus atlas import --shipped
            """)

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions
    @Flag(help: "Import the atlas that ships with Gyrus.") var shipped = false
    @Argument(help: ArgumentHelp("Folder to import.", valueName: "folder")) var folder: String?

    func validate() throws {
        guard shipped == (folder == nil) else { throw ValidationError("give either a folder or --shipped") }
    }

    func run() async throws {
        let files = try folder.map { try AtlasFiles(folder: URL(filePath: $0)) } ?? .shipped
        let atlas = try Atlas(files)
        let changes = try await Services(gyrus.project).registry().importAtlas(atlas.files)
        if !files.ignored.isEmpty { say("Ignored: \(files.ignored.joined(separator: ", "))") }
        try list.render(changes.map(AtlasChangeRow.init))
        guard list.format == .table, !list.quiet else { return }
        for change in changes where !change.isEmpty && change.what != "associations" { report(change) }
        if changes.allSatisfy(\.isEmpty) { say("Nothing changed: the registry already has this atlas.") }
    }

    private func report(_ change: AtlasChange) {
        for (index, names) in [change.added, change.removed, change.changed].enumerated() where !names.isEmpty {
            let more = change.totals[index] - names.count
            let end = more > 0 ? " and \(more) more" : ""
            say("\(change.what), \(["new", "gone", "changed"][index]): \(names.joined(separator: ", "))\(end)")
        }
    }
}

/// Writes the atlas into a folder.
struct AtlasExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write the atlas to a folder, in the format that import reads.")

    @ParentCommand var gyrus: Gyrus
    @Argument(help: ArgumentHelp("Folder to write to, created if it is missing.", valueName: "folder")) var folder:
        String

    func run() async throws {
        let files = try await Services(gyrus.project).registry().atlasFiles()
        let folder = URL(filePath: folder)
        try files.write(to: folder)
        for name in AtlasFiles.compactNames where files.texts[name] != nil { emit(folder.appending(path: name).path) }
    }
}

/// A kind of atlas entry.
struct AtlasRow: Listable {
    let name: String
    let count: Int

    static let columns = ["WHAT", "COUNT"]
    var row: [String] { [name, Figures.count(count)] }
}

/// The changes of an import to one kind of entry.
struct AtlasChangeRow: Listable {
    let name: String
    let count, new, gone, changed: Int
    let added, removed, altered: [String]

    init(_ change: AtlasChange) {
        (name, count) = (change.what, change.count)
        (new, gone, changed) = (change.totals[0], change.totals[1], change.totals[2])
        (added, removed, altered) = (change.added, change.removed, change.changed)
    }

    static let columns = ["WHAT", "NOW", "NEW", "GONE", "CHANGED"]
    var row: [String] { [name] + [count, new, gone, changed].map { Figures.count($0) } }
}
