import ArgumentParser
import Foundation
import Glibc
import Launcher
import Model
import Presentation

/// Options for removing items: the command asks for confirmation first and refuses if it cannot ask.
struct RemovalOptions: ParsableArguments {
    @Flag(name: [.short, .long], help: "Remove without asking.")
    var force = false

    @Flag(help: "Print what would be removed without removing anything.")
    var dryRun = false

    /// An item that could be removed.
    struct Candidate {
        /// The item's ID, printed once it is removed.
        let id: String
        /// Description for the question.
        let title: String
        /// The reason to keep it; nil if it may be removed.
        let obstacle: String?

        init(id: String, title: String, obstacle: String? = nil) {
            self.id = id
            self.title = title
            self.obstacle = obstacle
        }
    }

    /// Asks, then removes the removable items; prints the ID of each removed item.
    /// - Parameters:
    ///   - kind: The kind of item, such as `model`.
    ///   - areNamed: Whether the user named each item, so that keeping one is a failure.
    ///   - remove: Removes one item, or throws the reason to keep it.
    func remove(
        _ candidates: [Candidate], kind: String, areNamed: Bool, _ remove: (String) async throws -> Void
    ) async throws {
        let removable = candidates.filter { $0.obstacle == nil }
        var kept = candidates.compactMap(\.obstacle)
        if !removable.isEmpty && !dryRun { try confirm(removable, kind) }
        var removed = 0
        for candidate in removable {
            do {
                if !dryRun { try await remove(candidate.id) }
                emit(candidate.id)
                removed += 1
            } catch let failure as Failure where failure.code == .conflict || failure.code == .notFound {
                kept.append(failure.message)
            }
        }
        for reason in kept { say("kept: \(reason)") }
        say("\(Figures.amount(removed, kind)) \(dryRun ? "would be removed" : "removed").")
        if areNamed, !kept.isEmpty { throw ExitCode.failure }
    }

    private func confirm(_ candidates: [Candidate], _ kind: String) throws {
        guard !force else { return }
        let shown = 10
        for candidate in candidates.prefix(shown) { say("  \(candidate.title)") }
        if candidates.count > shown { say("  … and \(candidates.count - shown) more") }
        try Self.ask("Remove \(Figures.amount(candidates.count, kind))?")
    }

    /// Asks a question that only `y` or `yes` confirms.
    /// - Throws: `Failure` if it cannot ask, or if the answer is not yes.
    static func ask(_ question: String) throws {
        guard isatty(0) == 1 else {
            throw Failure(
                .conflict,
                "nothing was removed: cannot ask for confirmation because stdin is not a terminal; add --force.")
        }
        OutputStream.talk.write("\(VisibleText.lines(question)) [y/N] ")
        guard ["y", "yes"].contains((readLine() ?? "").trimmingCharacters(in: .whitespaces).lowercased()) else {
            throw Failure(.conflict, "nothing was removed.")
        }
    }
}

/// Selects the items to remove: named ones, or all that are old enough.
struct RemovalChoice: ParsableArguments {
    @Option(
        help: ArgumentHelp("Remove all that are at least this old, such as 30d.", valueName: "duration"),
        transform: DurationArgument.init)
    var olderThan: DurationArgument?

    /// Checks that the user gave either names or an age.
    func check(_ named: [String], example: String) throws {
        guard named.isEmpty == (olderThan != nil) else {
            throw ValidationError("give either names or --older-than, such as: \(example)")
        }
    }

    /// Items created after this time are kept.
    var latest: Date? { olderThan.map { Date().addingTimeInterval(-($0.duration / .seconds(1))) } }
}
