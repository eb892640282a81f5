import Foundation
import Model

/// A network to serve, as a person names it.
public struct ModelSource: Sendable {
    /// The source of the network.
    enum Place: Sendable {
        /// A package's file.
        case file(URL)
        /// A model of the registry, or the live version of a series.
        case registry(String)
    }

    /// Its name in URLs.
    public let name: String
    let place: Place

    /// Parses `NETWORK` or `NAME=NETWORK`.
    /// - Throws: `Failure` if a folder has no package, or no name can be derived.
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
                    .notFound, "the folder '\(network)' has no model.pt; make one with 'gyrus result --output'")
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

    /// Text made safe for a URL path.
    static func name(_ text: String) -> String {
        String(text.map { $0.isLetter || $0.isNumber || "-_.".contains($0) ? $0 : "-" })
    }
}
