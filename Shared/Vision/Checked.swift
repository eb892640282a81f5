import CVision
import Foundation
import Model

/// Calls a function of the shim, and converts its message to a failure.
/// - Parameters:
///   - what: The operation that failed, such as `'x.jpg' cannot be read`.
///   - body: The call; nil or false is failure.
func checked<Value>(
    _ code: Failure.Code, _ what: @autoclosure () -> String,
    _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Value?
) throws -> Value {
    var message: UnsafeMutablePointer<CChar>?
    defer { free(message) }
    if let value = body(&message), (value as? Bool) != false { return value }
    let reason =
        message.map { String(cString: $0).trimmingCharacters(in: .whitespacesAndNewlines) } ?? "no reason given"
    throw Failure(code, "\(what()): \(reason).")
}

/// The library that reads images and runs detectors.
public enum VisionLibrary {
    /// Its version, such as `4.6.0`.
    public static var version: String { String(cString: gyrus_vision_version()) }

    /// Threads of each computation of this process from now on.
    public static func useThreads(_ count: Int) { gyrus_vision_set_threads(Int32(clamping: max(1, count))) }
}
