import Foundation
import Model

/// A control group that limits the memory of a process: beyond it the kernel kills the process.
public final class MemoryGroup: Sendable {
    private let folder: URL
    private let isUnified: Bool

    private static let root = URL(filePath: "/sys/fs/cgroup")

    /// Why this machine lets nobody make such a group; nil if it does.
    public static let obstacle: String? = {
        do {
            _ = try MemoryGroup(bytes: 64 << 20)
            return nil
        } catch {
            return "control groups for memory cannot be made here: \(Failure(error).message)"
        }
    }()

    /// Makes a group.
    /// - Parameter bytes: Memory that its processes may have together.
    public init(bytes: Int) throws {
        isUnified = FileManager.default.fileExists(atPath: Self.root.appending(path: "cgroup.controllers").path)
        let parent = isUnified ? Self.root : Self.root.appending(path: "memory")
        folder = parent.appending(path: "gyrus-test-\(UInt32.random(in: .min ... .max))")
        guard mkdir(folder.path, 0o755) == 0 else {
            throw Failure(.unavailable, "\(folder.path): \(String(cString: strerror(errno)))")
        }
        try write("\(bytes)", to: isUnified ? "memory.max" : "memory.limit_in_bytes")
        // No swapping instead of killing, where there is swap.
        try? write(isUnified ? "0" : "\(bytes)", to: isUnified ? "memory.swap.max" : "memory.memsw.limit_in_bytes")
    }

    deinit { rmdir(folder.path) }

    /// Words before a command that run it in the group.
    public var prefix: [String] {
        ["/bin/sh", "-c", "echo $$ > '\(folder.path)/cgroup.procs' && exec \"$@\"", "sh"]
    }

    /// How many of its processes the kernel has killed.
    public var kills: Int {
        get throws {
            let file = folder.appending(path: isUnified ? "memory.events" : "memory.oom_control")
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            return lines.first { $0.hasPrefix("oom_kill ") }.flatMap { Int($0.dropFirst("oom_kill ".count)) } ?? 0
        }
    }

    private func write(_ text: String, to file: String) throws {
        // Not atomically: these are no files in which something is kept.
        let handle = try FileHandle(forWritingTo: folder.appending(path: file))
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }
}
