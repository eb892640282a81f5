public import Foundation
import Model

/// What is kept, for how long and how much of it. The service that owns the data removes everything beyond that.
///
/// ```swift
/// let policy = try RetentionPolicy("events=30d/1000000 tasks=14d files=50GB")
/// ```
/// Each part is an age (`90d`, `12h`), a number, or a size (`50GB`), in any order, or `forever`. Anything not named
/// keeps its default. Scenarios, trials, models and observations are results, which no policy removes.
public struct RetentionPolicy: Hashable, Sendable, CustomStringConvertible {
    /// What can be limited.
    public enum Subject: String, CaseIterable, Sendable {
        /// Events of every service.
        case events
        /// Tasks that have ended, with their payloads and results.
        case tasks
        /// Tasks that crashed too often and were neither requeued nor dropped.
        case deadTasks = "dead-tasks"
        /// Temporary files of the registry: those of trials that did not become models, checkpoints, features and
        /// answers.
        case files
    }

    /// How much of something is kept; nil means no limit.
    public struct Limit: Hashable, Sendable {
        /// Maximum age.
        public var age: Duration?
        /// Maximum number.
        public var count: Int?
        /// Maximum size.
        public var bytes: UInt64?

        /// Makes a limit.
        public init(age: Duration? = nil, count: Int? = nil, bytes: UInt64? = nil) {
            self.age = age
            self.count = count
            self.bytes = bytes
        }

        /// The time before which nothing is kept.
        public func start(at now: Date) -> Date? { age.map { now.addingTimeInterval(-($0 / .seconds(1))) } }
    }

    private var limits: [Subject: Limit] = [
        .events: Limit(age: .seconds(90 * 86_400), count: 5_000_000),
        .tasks: Limit(age: .seconds(30 * 86_400)),
        .deadTasks: Limit(age: .seconds(180 * 86_400)),
        .files: Limit(age: .seconds(90 * 86_400), bytes: 200_000_000_000),
    ]

    /// The default policy.
    public init() {}

    /// Parses a policy.
    /// - Throws: `Failure` with code `invalid-argument` that names the invalid part and the valid options.
    public init(_ text: String) throws {
        self.init()
        for word in text.split(whereSeparator: { $0 == " " || $0 == "," || $0.isNewline }) {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let subject = Subject(rawValue: parts[0]) else {
                let known = Subject.allCases.map(\.rawValue).joined(separator: ", ")
                throw Failure(
                    .invalidArgument,
                    "'\(word)' is not part of a retention policy; use NAME=LIMIT, such as events=90d/1000000, with the"
                        + " names \(known).")
            }
            limits[subject] = try Self.limit(parts[1], of: subject)
        }
    }

    /// The limits for something.
    public subscript(_ subject: Subject) -> Limit { limits[subject] ?? Limit() }

    /// The whole policy in written form.
    public var description: String {
        Subject.allCases.map { "\($0.rawValue)=\(Self.text(self[$0]))" }.joined(separator: " ")
    }

    private static func limit(_ text: String, of subject: Subject) throws -> Limit {
        if text == "forever" { return Limit() }
        var limit = Limit()
        for part in text.split(separator: "/") {
            if let age = age(part) {
                limit.age = age
            } else if let bytes = size(part), subject == .files {
                limit.bytes = bytes
            } else if let count = Int(part), count >= 0, subject != .files {
                limit.count = count
            } else {
                let second = subject == .files ? "a size such as 50GB" : "a number such as 1000000"
                throw Failure(
                    .invalidArgument,
                    "'\(part)' is not a limit for \(subject.rawValue); use an age such as 90d or 12h, \(second), both "
                        + "with '/' between them, or forever.")
            }
        }
        return limit
    }

    private static let units: [(String, Double)] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)]
    private static let sizes: [(String, Double)] = [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)]

    private static func amount(_ text: Substring, _ units: [(String, Double)]) -> Double? {
        for (unit, factor) in units where text.hasSuffix(unit) {
            if let number = Double(text.dropLast(unit.count)), number >= 0, number < 1e6 { return number * factor }
        }
        return nil
    }

    private static func age(_ text: Substring) -> Duration? { amount(text, units).map { .seconds($0) } }
    private static func size(_ text: Substring) -> UInt64? { amount(text, sizes).map { UInt64($0) } }

    private static func text(_ limit: Limit) -> String {
        var parts: [String] = []
        if let age = limit.age { parts.append(text(age / .seconds(1), units)) }
        if let count = limit.count { parts.append("\(count)") }
        if let bytes = limit.bytes { parts.append(text(Double(bytes), sizes)) }
        return parts.isEmpty ? "forever" : parts.joined(separator: "/")
    }

    private static func text(_ value: Double, _ units: [(String, Double)]) -> String {
        let unit = units.first { value >= $0.1 && (value / $0.1).rounded() * $0.1 == value } ?? units[units.count - 1]
        let number = value / unit.1
        return number == number.rounded() ? "\(Int(number))\(unit.0)" : "\(number)\(unit.0)"
    }
}
