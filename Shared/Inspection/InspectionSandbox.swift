import Confinement
public import Foundation
import Model

/// The inspecting process's sandbox: an untrusted file can contain code, which runs once during the inspection.
public enum InspectionSandbox {
    /// Environment variable that allows reading untrusted files on a kernel without sandboxing.
    public static let override = "GYRUS_UNCONFINED_INSPECTION"

    /// Irrevocably drops every right except to read these files and to write into this folder.
    /// - Throws: `Failure` with code `unavailable` if the kernel does not support it.
    public static func enter(
        reading files: [URL], writingInto folder: URL?,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws {
        try Confinement.enter(
            reading: files, writingInto: folder, override: override,
            danger: "keep an untrusted file from reading and writing arbitrary files", environment: environment)
    }
}
