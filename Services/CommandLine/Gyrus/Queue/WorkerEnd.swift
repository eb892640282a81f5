import Foundation
import Launcher

/// How a silent worker's process ended and what it printed last, from this machine's supervisor.
struct WorkerEnd {
    let replica: ReplicaID
    /// Such as `was ended by signal 9 (killed; out of memory?)`.
    let outcome: String
    private let directory: ProjectDirectory

    /// Finds a worker by its name, whose second to last part is the process ID.
    init?(of worker: String, in directory: ProjectDirectory) {
        let parts = worker.split(separator: "-")
        guard parts.count >= 3, let process = Int32(parts[parts.count - 2]) else { return nil }
        let path = directory.supervisorLog.path
        let texts = [path, "\(path).1"].map { (try? String(contentsOfFile: $0, encoding: .utf8)) ?? "" }
        let lines = texts.lazy.flatMap { $0.split(separator: "\n").reversed() }
        guard let line = lines.first(where: { $0.contains(" process=\(process) ") && $0.hasSuffix(" ended") }),
            let name = Self.value("replica=", of: line, upTo: " "), let replica = ReplicaID(name: name),
            let outcome = Self.value("outcome=", of: line, upTo: " process=")
        else { return nil }
        self.replica = replica
        self.outcome = outcome
        self.directory = directory
    }

    private static func value(_ key: String, of line: Substring, upTo end: String) -> String? {
        guard let start = line.range(of: key)?.upperBound, let stop = line[start...].range(of: end)?.lowerBound else {
            return nil
        }
        return String(line[start..<stop])
    }

    /// The last lines that the worker printed before a time.
    func lastLines(before time: Date, count: Int) -> [String] {
        var logs = ProjectLogs(of: directory, services: [replica.service])
        let limit = time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        return logs.newLines(isLast: true).filter { $0.replica == replica && $0.time <= limit }.suffix(count).map(
            \.text)
    }
}
