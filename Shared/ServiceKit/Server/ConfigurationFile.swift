import Foundation
import Model
import ServiceClient
import Yams

/// A file of settings: those of all services at the top, those of one service under its name.
///
/// ```yaml
/// log-level: info
/// registry: {endpoint: "tcp://0.0.0.0:7100", keys: /etc/gyrus/registry.key, admit: /etc/gyrus/clients}
/// ```
struct ConfigurationFile {
    private static let common: Set<String> = ["log-level", "log-format", "retention", "keys", "admit"]
    private static let all: Set<String> = common.union(["endpoint", "data-directory", "metrics"])

    /// Far more than settings need, and little enough to be walked within a moment.
    private static let bounds = YamlBounds(bytes: 64 << 10, depth: 8, nodes: 1_000, references: 100)

    /// Settings with the place where they stand, such as `/etc/gyrus.yaml:3`.
    private(set) var settings: [String: (text: String, place: String)] = [:]
    private let path: String

    init(contentsOf path: String, service: ServiceName) throws {
        self.path = path
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw Failure(.notFound, "There is no readable file of settings '\(path)'.")
        }
        do {
            try Self.bounds.check(text)
        } catch {
            throw Failure(.invalidArgument, "\(path):\(error.line): \(Self.bounds.description(of: error))")
        }
        do {
            guard let root = try Yams.compose(yaml: text) else { return }
            try take(root, allowing: Self.common.union(ServiceName.allCases.map(\.rawValue)))
            if let section = root.mapping?[Node(service.rawValue)] { try take(section, allowing: Self.all) }
        } catch let error as YamlError {
            throw Failure(.invalidArgument, "\(path): \(error)")
        }
    }

    private mutating func take(_ node: Node, allowing names: Set<String>) throws {
        guard let mapping = node.mapping else { throw wrong(node, "settings are written 'name: value'.") }
        for (key, value) in mapping {
            guard let name = key.scalar?.string, names.contains(name) else {
                let known = names.sorted().joined(separator: ", ")
                throw wrong(key, "there is no setting '\(key.scalar?.string ?? "")'; known here: \(known).")
            }
            guard ServiceName(rawValue: name) == nil else { continue }
            guard let text = value.scalar?.string else { throw wrong(value, "'\(name)' needs one value.") }
            settings[name] = (text, place(key))
        }
    }

    private func place(_ node: Node) -> String { "\(path):\(node.mark?.line ?? 0)" }

    private func wrong(_ node: Node, _ what: String) -> Failure {
        Failure(.invalidArgument, "\(place(node)): \(what)")
    }
}
