import Confinement
public import Foundation
import Model

/// What the inspecting process may touch: a file of somebody unknown can hold code, which runs once before it is taken.
public enum InspectionSandbox {
    /// Variable by which a person lets files of others be read on a kernel that cannot protect from them.
    public static let override = "GYRUS_UNCONFINED_INSPECTION"

    /// Gives up, for good, every right but to read these files and to write into this folder.
    /// - Throws: `Failure` with code `unavailable` if the kernel has no means for it.
    public static func enter(
        reading files: [URL], writingInto folder: URL?,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws {
        try Confinement.enter(
            reading: files, writingInto: folder, override: override,
            danger: "keep a file of others from reading and writing what it likes", environment: environment)
    }
}
