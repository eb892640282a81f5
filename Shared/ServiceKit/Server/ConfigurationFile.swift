import Foundation
import Model
import ServiceClient
import Yams

/// A settings file: settings for all services are at the top level, those for one service are under its name.
///
/// ```yaml
/// log-level: info
/// registry: {endpoint: "tcp://0.0.0.0:7100", keys: /etc/gyrus/registry.key, admit: /etc/gyrus/clients}
/// ```
struct ConfigurationFile {
    private static let common: Set<String> = ["log-level", "log-format", "retention", "keys", "admit"]
    private static let all: Set<String> = common.union(["endpoint", "data-directory", "metrics"])

    /// Far more than settings need, and little enough to traverse quickly.
    private static let bounds = YamlBounds(bytes: 64 << 10, depth: 8, nodes: 1_000, references: 100)

    /// Settings with their position, such as `/etc/gyrus.yaml:3`.
    private(set) var settings: [String: (text: String, place: String)] = [:]
    private let path: String

    init(contentsOf path: String, service: ServiceName) throws {
        self.path = path
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw Failure(.notFound, "Cannot read the settings file '\(path)'.")
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
        guard let mapping = node.mapping else { throw wrong(node, "write settings as 'name: value'.") }
        for (key, value) in mapping {
            guard let name = key.scalar?.string, names.contains(name) else {
                let known = names.sorted().joined(separator: ", ")
                throw wrong(key, "there is no setting '\(key.scalar?.string ?? "")'; known settings: \(known).")
            }
            guard ServiceName(rawValue: name) == nil else { continue }
            guard let text = value.scalar?.string else { throw wrong(value, "'\(name)' needs a single value.") }
            settings[name] = (text, place(key))
        }
    }

    private func place(_ node: Node) -> String { "\(path):\(node.mark?.line ?? 0)" }

    private func wrong(_ node: Node, _ what: String) -> Failure {
        Failure(.invalidArgument, "\(place(node)): \(what)")
    }
}
