import ArgumentParser
import Foundation
import Glibc
import Launcher
import Model

/// How things are removed: with a question first, unless nobody is there who could answer.
struct RemovalOptions: ParsableArguments {
    @Flag(name: [.short, .long], help: "Remove without asking.")
    var force = false

    @Flag(help: "Remove nothing; print what would be removed.")
    var dryRun = false

    /// Something that could be removed.
    struct Candidate {
        /// Its identity, printed when it is gone.
        let id: String
        /// What it is, for the question.
        let title: String
        /// Why it has to stay; nil where it may go.
        let obstacle: String?

        init(id: String, title: String, obstacle: String? = nil) {
            self.id = id
            self.title = title
            self.obstacle = obstacle
        }
    }

    /// Removes what may go, after a question; prints the identity of each thing that is gone.
    /// - Parameters:
    ///   - kind: What they are, such as `model`.
    ///   - areNamed: Whether a person named each, so that one which stays is a failure.
    ///   - remove: Removes one, or throws why it has to stay.
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

    /// Asks a question that only `y` or `yes` affirms.
    /// - Throws: `Failure` where nobody is there to answer, or where the answer is no.
    static func ask(_ question: String) throws {
        guard isatty(0) == 1 else {
            throw Failure(.conflict, "nothing was removed: nobody can be asked here; add --force.")
        }
        OutputStream.talk.write("\(question) [y/N] ")
        guard ["y", "yes"].contains((readLine() ?? "").trimmingCharacters(in: .whitespaces).lowercased()) else {
            throw Failure(.conflict, "nothing was removed.")
        }
    }
}

/// Which things are removed: named ones, or all that are old enough.
struct RemovalChoice: ParsableArguments {
    @Option(
        help: ArgumentHelp("All that are at least this old, such as 30d.", valueName: "duration"),
        transform: DurationArgument.init)
    var olderThan: DurationArgument?

    /// Checks that exactly one kind of choice was made.
    func check(_ named: [String], example: String) throws {
        guard named.isEmpty == (olderThan != nil) else {
            throw ValidationError("name what to remove, or say --older-than, such as: \(example)")
        }
    }

    /// The latest time at which something that is to go was made.
    var latest: Date? { olderThan.map { Date().addingTimeInterval(-($0.duration / .seconds(1))) } }
}
