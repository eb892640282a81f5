import Foundation
import Model

/// Resource limits that the inspecting process sets for itself before it opens the file.
public enum InspectionLimits {
    /// Address space in bytes.
    public static let memory: UInt64 = 8 << 30
    /// Processor time in seconds.
    public static let processorTime: UInt64 = 100
    /// Open files.
    public static let files: UInt64 = 64
    /// Maximum size in bytes of a file that it writes: 0 unless it writes the companion.
    public static let companion: UInt64 = 2 << 30

    /// Limits this process irrevocably.
    /// - Parameters:
    ///   - writes: Whether it writes a companion.
    ///   - seconds: Processor time; nil for a process that works as long as there is work.
    ///   - memory: Address space; nil for a GPU, whose driver reserves many times its memory.
    public static func apply(writes: Bool, seconds: UInt64? = processorTime, memory: UInt64? = memory) throws {
        var limits: [(__rlimit_resource, UInt64)] = [
            (RLIMIT_NOFILE, files), (RLIMIT_CORE, 0), (RLIMIT_FSIZE, writes ? companion : 0),
        ]
        if let seconds { limits.append((RLIMIT_CPU, seconds)) }
        if let memory { limits.append((RLIMIT_AS, memory)) }
        // A log may be a file: a message that cannot be written to it must not end the process.
        signal(SIGXFSZ, SIG_IGN)
        for (resource, value) in limits {
            var limit = rlimit(rlim_cur: rlim_t(value), rlim_max: rlim_t(value))
            guard setrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0 else {
                throw Failure(.internal, "Cannot set the limits of this process: \(String(cString: strerror(errno))).")
            }
        }
    }
}
