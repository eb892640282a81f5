import CSandbox
public import Foundation
import Model

/// Restricts the rights of this process before it reads files of unknown origin.
public enum Confinement {
    /// Files that libraries read while they work.
    private static let system = [
        "/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/dev/urandom", "/dev/null", "/proc/cpuinfo", "/proc/meminfo",
        "/sys/devices/system/cpu", "/sys/devices/system/node",
    ]

    /// Permanently gives up all rights except reading these files and writing to this folder.
    /// - Parameters:
    ///   - keepsOpenFiles: Whether files and pipes that this process has opened remain usable.
    ///   - override: Environment variable that disables the protection on a kernel without support for it.
    ///   - danger: What the kernel could not do, such as `keep an untrusted file from reading arbitrary files`.
    /// - Throws: `Failure` with code `unavailable` if the kernel does not support it.
    public static func enter(
        reading files: [URL], writingInto folder: URL? = nil, keepsOpenFiles: Bool = false, override: String,
        danger: String,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws {
        let outcome = withPaths(system + files.map(\.path)) { readable in
            withPaths(["/dev/null"] + [folder].compactMap { $0?.path }) {
                gyrus_sandbox_enter(readable, $0, keepsOpenFiles)
            }
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
            throw Failure(.internal, "cannot confine this process: \(String(cString: strerror(errno)))")
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
