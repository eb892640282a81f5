import ArgumentParser
import Foundation
import Model
import RegistryClient

/// Looks after the registry's files.
struct RegistryCare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry",
        abstract: "Check the registry's files, and remove those that nothing needs.",
        discussion: """
              gyrus registry verify              hashes every file again
              gyrus registry gc --dry-run        prints what gc would remove
            """,
        subcommands: [RegistryVerify.self, RegistryCollect.self])
}

/// Hashes every blob again.
struct RegistryVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Hash every file again and list damaged or missing ones; exit status 1 if any.")

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions

    func run() async throws {
        let registry = try await Services(gyrus.project).registry()
        var total = BlobCheck()
        while true {
            let part = try await registry.verifyBlobs(after: total.last ?? "")
            total.blobs += part.blobs
            total.bytes += part.bytes
            total.faults += part.faults
            total.last = part.last
            if part.last == nil { break }
            if Terminal.hasTalk { say("\(total.blobs) files, \(Figures.bytes(total.bytes)) …") }
        }
        try list.render(total.faults.map(FaultRow.init))
        let summary = "\(total.blobs) files are whole (\(Figures.bytes(total.bytes)))"
        guard total.faults.isEmpty else {
            throw Failure(
                .corrupt,
                "\(total.faults.count) files are damaged or missing; \(summary). Upload the listed ones again.")
        }
        say("\(summary); none is damaged or missing.")
    }
}

/// A damaged or missing blob as lists show it.
struct FaultRow: Listable {
    let digest, reason: String
    let neededBy: [String]

    init(_ fault: BlobCheck.Fault) {
        digest = fault.digest
        reason = fault.reason
        neededBy = fault.neededBy
    }

    static let columns = ["BLOB", "REASON", "NEEDED BY"]

    var name: String { digest }
    var row: [String] { [digest, reason, neededBy.joined(separator: ", ")] }
}

/// Removes blobs that nothing refers to.
struct RegistryCollect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc", abstract: "Remove files that no model and no data set needs.",
        discussion: """
            Files that are to be kept for a time are left until then. Prints the digests of what was removed.
            """)

    @ParentCommand var gyrus: Gyrus

    @Flag(help: "Remove nothing; print what would be removed.")
    var dryRun = false

    @Option(
        help: ArgumentHelp("Only files that are at least this old, such as 90d (default: 24h).", valueName: "duration"),
        transform: DurationArgument.init)
    var olderThan: DurationArgument?

    func run() async throws {
        let registry = try await Services(gyrus.project).registry()
        let found = try await registry.collectBlobs(
            olderThan: olderThan?.duration ?? .seconds(24 * 3600), dryRun: dryRun)
        for digest in found.digests { emit(digest) }
        let what = "\(Figures.count(found.blobs)) files, \(Figures.bytes(found.bytes))"
        say(dryRun ? "\(what) would be removed." : "\(what) removed.")
    }
}
