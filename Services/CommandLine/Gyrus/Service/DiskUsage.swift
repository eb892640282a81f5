import ArgumentParser
import Foundation
import Launcher
import Model
import Presentation
import RegistryClient
import ServiceClient

/// Shows disk usage.
struct DiskUsage: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "df",
        abstract: "Show disk usage by service and kind.",
        discussion: """
              gyrus df
              gyrus df --format json

            RECLAIMABLE is what 'gyrus prune' could free. The command measures the files in the project's folder; the \
            registry reports what its own files are for.
            """)

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions

    func run() async throws {
        let directory = try gyrus.project.locator.projectDirectory()
        var rows = FolderUsage(of: directory).rows
        do {
            let shares = try await Services(gyrus.project).registry().storage()
            rows.removeAll { $0.service == "registry" && $0.kind == FolderUsage.registryFiles }
            rows += shares.map {
                UsageRow(
                    service: "registry", kind: $0.kind, files: $0.files, bytes: $0.bytes,
                    reclaimable: $0.isNeeded ? 0 : $0.bytes)
            }
        } catch let failure as Failure where failure.code == .unavailable {
            say("The registry does not answer, so the purpose of its files is unknown.")
        }
        rows.sort { ($0.service, $0.kind) < ($1.service, $1.kind) }
        try list.render(rows)
        let (bytes, free) = rows.reduce((UInt64(0), UInt64(0))) { ($0.0 + $1.bytes, $0.1 + $1.reclaimable) }
        say("\(Figures.bytes(bytes)) in total, \(Figures.bytes(free)) reclaimable, in \(directory.root.path)")
    }
}

/// A row of the list: the disk usage of one kind of file.
struct UsageRow: Listable {
    let service, kind: String
    var files: Int
    var bytes: UInt64
    var reclaimable: UInt64 = 0

    static let columns = ["SERVICE", "KIND", "FILES", "SIZE", "RECLAIMABLE"]

    var name: String { "\(service)/\(kind)" }
    var row: [String] {
        [
            service, kind, Figures.count(files), Figures.bytes(bytes),
            reclaimable == 0 ? "–" : Figures.bytes(reclaimable),
        ]
    }
}

/// Measures the files in a project's folder.
struct FolderUsage {
    static let registryFiles = "files"

    let rows: [UsageRow]

    init(of directory: ProjectDirectory) {
        var found: [[String]: UsageRow] = [:]
        let root = directory.root.resolvingSymlinksInPath().path
        let keys: Set<URLResourceKey> = [.isRegularFileKey, .totalFileAllocatedSizeKey, .fileSizeKey]
        let files = FileManager.default.enumerator(
            at: URL(filePath: root), includingPropertiesForKeys: Array(keys))
        while let file = files?.nextObject() as? URL {
            guard let values = try? file.resourceValues(forKeys: keys), values.isRegularFile == true else { continue }
            let parts = file.path.dropFirst(root.count).split(separator: "/").map(String.init)
            let place = Self.place(parts)
            // Empty files are locks.
            guard let size = values.totalFileAllocatedSize ?? values.fileSize, size > 0 else { continue }
            var row =
                found[[place.service, place.kind]]
                ?? UsageRow(
                    service: place.service, kind: place.kind, files: 0, bytes: 0)
            row.files += 1
            row.bytes += UInt64(size)
            found[[place.service, place.kind]] = row
        }
        rows = Array(found.values)
    }

    /// The owner and kind of a file.
    private static func place(_ parts: [String]) -> (service: String, kind: String) {
        guard parts.count > 1 else { return ("launcher", "logs and records") }
        let name = parts[parts.count - 1]
        switch parts[0] {
        case "state" where parts.count > 2:
            let isDatabase = name.contains(".sqlite")
            if ServiceName(rawValue: parts[1]) == nil { return ("workers", parts[1]) }
            if parts[1] == "registry" && ["blobs", "uploads", "corrupt"].contains(parts[2]) {
                return ("registry", parts[2] == "blobs" ? registryFiles : parts[2] == "corrupt" ? "damaged" : "uploads")
            }
            return (parts[1], isDatabase ? "database" : "other files")
        case "logs":
            // registry-1.log, registry-1.log.1
            let replica = name.prefix { $0 != "." }
            return (String(replica.prefix(upTo: replica.lastIndex(of: "-") ?? replica.endIndex)), "logs")
        default: return ("launcher", "logs and records")
        }
    }
}
