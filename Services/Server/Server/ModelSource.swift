import Foundation
import Model

/// A network that is to be served, as a person names it.
public struct ModelSource: Sendable {
    /// Where the network comes from.
    enum Place: Sendable {
        /// A package's file.
        case file(URL)
        /// A model of the registry, or a series in its live version.
        case registry(String)
    }

    /// Its name in addresses.
    public let name: String
    let place: Place

    /// Takes `NETWORK` or `NAME=NETWORK`.
    /// - Throws: `Failure` if a folder has no package, or no name can be had.
    public init(_ text: String) throws {
        let pair = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let isNamed = pair.count == 2 && !pair[0].contains("/") && !pair[0].isEmpty
        let network = isNamed ? pair[1] : text
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: network, isDirectory: &isFolder) {
            let url = URL(filePath: network).standardizedFileURL
            let file = isFolder.boolValue ? url.appending(path: "model.pt") : url
            guard FileManager.default.fileExists(atPath: file.path) else {
                throw Failure(
                    .notFound, "the folder '\(network)' has no model.pt, which 'gyrus result --output' writes there")
            }
            place = .file(file)
            name = Self.name(isNamed ? pair[0] : file.deletingLastPathComponent().lastPathComponent)
        } else {
            guard !network.isEmpty, !network.hasPrefix("/"), !network.hasPrefix("./") else {
                throw Failure(.notFound, "there is no folder or file '\(network)'")
            }
            place = .registry(network)
            name = Self.name(isNamed ? pair[0] : network)
        }
    }

    /// Text as a part of an address.
    static func name(_ text: String) -> String {
        String(text.map { $0.isLetter || $0.isNumber || "-_.".contains($0) ? $0 : "-" })
    }
}
