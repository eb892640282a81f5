import CSandbox
public import Foundation
import Model

/// Takes rights from this process before it reads what somebody unknown has made.
public enum Confinement {
    /// What libraries read while they work.
    private static let system = [
        "/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/dev/urandom", "/dev/null", "/proc/cpuinfo", "/proc/meminfo",
        "/sys/devices/system/cpu", "/sys/devices/system/node",
    ]

    /// Gives up, for good, every right but to read these files and to write into this folder.
    /// - Parameters:
    ///   - override: Variable by which a person goes without protection on a kernel that has none.
    ///   - danger: What could happen there, such as `keep a file of others from reading what it likes`.
    /// - Throws: `Failure` with code `unavailable` where the kernel has no means for it.
    public static func enter(
        reading files: [URL], writingInto folder: URL? = nil, override: String, danger: String,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws {
        let outcome = withPaths(system + files.map(\.path)) { readable in
            withPaths(["/dev/null"] + [folder].compactMap { $0?.path }) { gyrus_sandbox_enter(readable, $0) }
        }
        switch outcome {
        case SANDBOX_ENTERED: return
        case SANDBOX_UNSUPPORTED where environment[override] == "1": return
        case SANDBOX_UNSUPPORTED:
            throw Failure(
                .unavailable,
                "this kernel cannot \(danger) (Landlock 3 and seccomp are needed: Linux 6.2 or newer); with "
                    + "\(override)=1 files are read without protection",
                isRetriable: false)
        default:
            throw Failure(.internal, "this process cannot be confined: \(String(cString: strerror(errno)))")
        }
    }

    private static func withPaths<Result>(
        _ paths: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
    ) -> Result {
        let copies = paths.map { strdup($0) }
        defer { copies.forEach { free($0) } }
        return (copies.map { UnsafePointer($0) } + [nil]).withUnsafeBufferPointer { body($0.baseAddress) }
    }
}
