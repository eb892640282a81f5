import ArgumentParser
import Foundation
import TestSupport

/// What an idle project costs: memory, and processor time including health checks.
struct IdleBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "idle", abstract: "Measure memory and processor time of all processes of an idle project.",
        discussion: "Target: below 1 % of a core and 400 MB (proportional set size) for ten processes.")

    @Option(help: "Duration of the measurement in seconds, after the same time to settle.")
    var seconds = 60

    @Option(help: "Number of trainer workers.")
    var workers = 2

    /// What one process has used so far.
    private struct Use {
        /// Clock ticks of the process and of its children that have ended.
        let ticks: Int
        let kilobytes: Int
    }

    func run() async throws {
        let gyrus = try GyrusProgram(options: ["-f", DeliveredFiles.composeFile.path, "-p", "idle"])
        let result: Result<Void, any Error>
        do {
            try await gyrus.run(["up", "-d", "--scale", "trainer-worker=\(workers)", "--wait-timeout", "300s"])
            try await Task.sleep(for: .seconds(seconds))
            result = .success(try await measure(gyrus))
        } catch {
            result = .failure(error)
        }
        try await gyrus.clean()
        try result.get()
    }

    private func measure(_ gyrus: GyrusProgram) async throws {
        let before = try Self.uses(mentioning: gyrus.folder.path)
        try await Task.sleep(for: .seconds(seconds))
        let after = try Self.uses(mentioning: gyrus.folder.path)
        let ticks = after.reduce(0) { $0 + $1.value.ticks - (before[$1.key]?.ticks ?? 0) }
        let share = Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK))) / Double(seconds) * 100
        let megabytes = Double(after.values.reduce(0) { $0 + $1.kilobytes }) / 1000
        print(
            "idle, \(after.count) processes: \(String(format: "%.2f", share)) % of a core, "
                + "\(String(format: "%.0f", megabytes)) MB")
    }

    /// The processes whose arguments or environment contain the folder, by process ID.
    private static func uses(mentioning folder: String) throws -> [Int: Use] {
        var found: [Int: Use] = [:]
        let numbers = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int($0) }
        for number in numbers where number != Int(getpid()) {
            // A process that has ended meanwhile no longer has files.
            guard let words = contents("\(number)/cmdline"), let variables = contents("\(number)/environ"),
                (words + variables).contains(folder), let use = use(of: number)
            else { continue }
            found[number] = use
        }
        return found
    }

    private static func use(of number: Int) -> Use? {
        guard let status = contents("\(number)/stat"), let end = status.lastIndex(of: ")"),
            let memory = contents("\(number)/smaps_rollup")
        else { return nil }
        // After the name, which may contain spaces: utime, stime, cutime and cstime are fields 14 to 17.
        let fields = status[end...].split(separator: " ").dropFirst()
        let ticks = fields.dropFirst(11).prefix(4).compactMap { Int($0) }.reduce(0, +)
        let line = memory.split(separator: "\n").first { $0.hasPrefix("Pss:") }
        let kilobytes = line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return Use(ticks: ticks, kilobytes: kilobytes)
    }

    private static func contents(_ path: String) -> String? {
        FileManager.default.contents(atPath: "/proc/\(path)").map { String(decoding: $0, as: UTF8.self) }
    }
}
