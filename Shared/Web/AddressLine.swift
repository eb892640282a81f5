public import Foundation

/// Prints a server's URL on stdout, for the program that started it.
public struct AddressLine: Sendable {
    private let isWanted: Bool

    /// - Parameter file: The file that gets the URL instead; stdout then has only the log.
    public init(unlessIn file: String?) { isWanted = file == nil }

    /// Writes the line.
    public func write(_ url: URL) {
        if isWanted { FileHandle.standardOutput.write(Data("\(url.absoluteString)\n".utf8)) }
    }
}
