import Foundation
import Yams

extension ScenarioFile {
    /// A user's structure file, YAML or JSON, as JSON.
    /// - Throws: `Failure` with code `invalid-argument` that names file, line and column if it is not valid YAML.
    public static func structure(_ text: String, file: String) throws -> String {
        let value = plain(try ScenarioText.parse(text, file: file))
        guard JSONSerialization.isValidJSONObject(value) else {
            throw Failure(.invalidArgument, "\(file): a structure must be a mapping with name, reads and layers.")
        }
        let data = try JSONSerialization.data(
            withJSONObject: value, options: [.sortedKeys, .withoutEscapingSlashes])
        return String(decoding: data, as: UTF8.self)
    }

    private static func plain(_ node: Node) -> Any {
        switch node {
        case .mapping(let mapping):
            Dictionary(mapping.map { ($0.key.string ?? "", plain($0.value)) }, uniquingKeysWith: { $1 })
        case .sequence(let sequence): sequence.map(plain)
        case .scalar, .alias: node.any
        }
    }
}
