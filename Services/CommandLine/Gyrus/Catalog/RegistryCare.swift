import ArgumentParser
import Foundation
import Model
import Presentation
import RegistryClient

/// Checks and cleans up the registry's files.
struct RegistryCare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry",
        abstract: "Verify the registry's files, and remove unused ones.",
        discussion: """
              gyrus registry verify              rehashes every file
              gyrus registry gc --dry-run        prints what gc would remove
            """,
        subcommands: [RegistryVerify.self, RegistryCollect.self])
}

/// Rehashes every blob.
struct RegistryVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Rehash every file and list damaged or missing ones; exit status 1 if there are any.")

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
        let summary = "\(total.blobs) files are intact (\(Figures.bytes(total.bytes)))"
        guard total.faults.isEmpty else {
            throw Failure(
                .corrupt,
                "\(total.faults.count) files are damaged or missing; \(summary). Upload the listed ones again.")
        }
        say("\(summary); none is damaged or missing.")
    }
}

/// A row of the list of damaged or missing blobs.
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

/// Removes unreferenced blobs.
struct RegistryCollect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc", abstract: "Remove files that no model or dataset needs.",
        discussion: """
            Files with a retention period stay until it ends. Prints the digests of removed files.
            """)

    @ParentCommand var gyrus: Gyrus

    @Flag(help: "Print what would be removed without removing anything.")
    var dryRun = false

    @Option(
        help: ArgumentHelp("Remove only files at least this old, such as 90d (default: 24h).", valueName: "duration"),
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
