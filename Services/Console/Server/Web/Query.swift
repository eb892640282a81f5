import Foundation
import Hummingbird
import HummingbirdCore
import Model

/// The query of an address.
struct Query {
    private(set) var values: [String: String] = [:]
    /// All values of a name that occurs several times, in order.
    private var all: [String: [String]] = [:]

    init(_ request: Request) { self.init(encoded: request.uri.query ?? "") }

    /// Parses form encoding: a plus sign is a space, other characters are percent-encoded.
    init(encoded text: String) {
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                let text = String($0).replacing("+", with: " ")
                return text.removingPercentEncoding ?? text
            }
            if parts.count == 2, !parts[1].isEmpty {
                values[parts[0]] = parts[1]
                all[parts[0], default: []].append(parts[1])
            }
        }
    }

    init(_ values: [String: String] = [:]) { self.values = values }

    subscript(name: String) -> String? { values[name] }

    /// The distinct values of a name that a form sends once for each choice.
    func choices(_ name: String) -> [String] {
        (all[name] ?? []).reduce(into: []) { found, value in
            if !found.contains(value) { found.append(value) }
        }
    }

    /// A number within bounds.
    /// - Throws: `Failure` with code `invalid-argument`.
    func number(_ name: String, default initial: Int, in range: ClosedRange<Int>) throws -> Int {
        guard let text = values[name] else { return initial }
        guard let number = Int(text), range.contains(number) else {
            throw Failure(
                .invalidArgument,
                "'\(name)' is '\(text.prefix(40))'; it must be a number from \(range.lowerBound) to"
                    + " \(range.upperBound).")
        }
        return number
    }

    /// The address of a page with these values, some of them replaced; nil removes one.
    func address(_ path: String, _ changes: [String: String?] = [:]) -> String {
        var values = values
        for (name, value) in changes { values[name] = value }
        let pairs = values.sorted { $0.key < $1.key }.map { "\(Self.encoded($0.key))=\(Self.encoded($0.value))" }
        return pairs.isEmpty ? path : "\(path)?\(pairs.joined(separator: "&"))"
    }

    /// Percent-encodes text for an address.
    static func encoded(_ text: String) -> String {
        let plain = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
    }
}
