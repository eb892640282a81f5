import Foundation
import Model

/// A control group that limits the memory of its processes: beyond it the kernel kills one of them.
public final class MemoryGroup: Sendable {
    private let folder: URL
    private let isUnified: Bool

    private static let root = URL(filePath: "/sys/fs/cgroup")

    /// Why such a group cannot be made on this machine; nil if it can.
    public static let obstacle: String? = {
        do {
            try MemoryGroup().limit(toFurther: 0)
            return nil
        } catch {
            return "control groups for memory cannot be made here: \(Failure(error).message)"
        }
    }()

    /// Makes a group without a limit.
    public init() throws {
        isUnified = FileManager.default.fileExists(atPath: Self.root.appending(path: "cgroup.controllers").path)
        let parent = isUnified ? Self.root : Self.root.appending(path: "memory")
        folder = parent.appending(path: "gyrus-test-\(UInt32.random(in: .min ... .max))")
        guard mkdir(folder.path, 0o755) == 0 else {
            throw Failure(.unavailable, "\(folder.path): \(String(cString: strerror(errno)))")
        }
    }

    deinit { rmdir(folder.path) }

    /// Words before a command that run it in the group.
    public var prefix: [String] {
        ["/bin/sh", "-c", "echo $$ > '\(folder.path)/cgroup.procs' && exec \"$@\"", "sh"]
    }

    /// Lets the processes take some bytes more than they have.
    public func limit(toFurther bytes: Int) throws {
        let used = try number(isUnified ? "anon" : "rss", in: "memory.stat")
        let most = "\(used + bytes + Self.kernel)"
        try write(most, to: isUnified ? "memory.max" : "memory.limit_in_bytes")
        // No swapping instead of killing, where there is swap.
        try? write(isUnified ? "0" : most, to: isUnified ? "memory.swap.max" : "memory.memsw.limit_in_bytes")
    }

    /// What the kernel itself needs for the processes: page tables, and files that cannot be dropped.
    private static let kernel = 4 << 20

    /// How many of its processes the kernel has killed.
    public var kills: Int {
        get throws { try number("oom_kill", in: isUnified ? "memory.events" : "memory.oom_control") }
    }

    private func number(_ name: String, in file: String) throws -> Int {
        let lines = try String(contentsOf: folder.appending(path: file), encoding: .utf8).split(separator: "\n")
        return lines.first { $0.hasPrefix("\(name) ") }.flatMap { Int($0.dropFirst(name.count + 1)) } ?? 0
    }

    private func write(_ text: String, to file: String) throws {
        // Not atomically, because these are kernel interfaces, not ordinary files.
        let handle = try FileHandle(forWritingTo: folder.appending(path: file))
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }
}
