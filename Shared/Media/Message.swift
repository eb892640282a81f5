import Foundation

/// The text of a message that the shim allocated.
func takeMessage(_ message: UnsafeMutablePointer<CChar>?) -> String {
    guard let message else { return "nothing is known of the reason" }
    defer { free(message) }
    return String(cString: message)
}
