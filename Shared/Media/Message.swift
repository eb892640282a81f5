import Foundation

/// The text of a message that the shim allocated.
func takeMessage(_ message: UnsafeMutablePointer<CChar>?) -> String {
    guard let message else { return "the reason is unknown" }
    defer { free(message) }
    return String(cString: message)
}
