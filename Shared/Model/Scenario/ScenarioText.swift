import Yams

/// The YAML of a scenario file, checked before and after it is parsed.
enum ScenarioText {
    /// Scenarios need no anchors or aliases.
    private static let bounds = YamlBounds(bytes: 32 * 1024, depth: 16, nodes: 10_000, references: 0)

    /// The top-level mapping of the file.
    /// - Throws: `Failure` that names file, line and column.
    static func parse(_ text: String, file: String) throws -> Node {
        // Some editors begin a file with a byte order mark.
        let text = text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
        do {
            try bounds.check(text)
        } catch {
            throw failure(error, file: file, bytes: text.utf8.count)
        }
        do {
            guard let node = try Yams.compose(yaml: text) else {
                throw Failure(.invalidArgument, "\(file):1:1: scenario: the file is empty; README.md has an example.")
            }
            return node
        } catch let error as YamlError {
            throw failure(error, file: file)
        }
    }

    private static func failure(_ excess: YamlBounds.Excess, file: String, bytes: Int) -> Failure {
        let what =
            switch excess.kind {
            case .bytes: "it has \(bytes) bytes; a scenario has at most \(bounds.bytes)."
            case .depth: "fields are nested too deeply; \(bounds.depth) levels are allowed."
            case .nodes: "it has more than \(bounds.nodes) values."
            case .references: "anchors and aliases (& and *) are not allowed in scenarios."
            }
        let place = FieldReader.Place(line: excess.line, column: excess.column)
        return FieldReader.failure(file, place, "scenario", what)
    }

    private static func failure(_ error: YamlError, file: String) -> Failure {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let text = [context?.text, problem].compactMap { $0 }.joined(separator: ": ")
            return FieldReader.failure(file, FieldReader.Place(mark), "scenario", "not valid YAML (\(text)).")
        case .duplicatedKeysInMapping(let duplicates, let context):
            return FieldReader.failure(
                file, FieldReader.Place(context.mark), duplicates.sorted().joined(separator: ", "),
                "this field is given twice.")
        case .reader(let problem, let offset, _, let yaml):
            let before = offset.map {
                Array(yaml.utf8.prefix($0)).split(separator: 10, omittingEmptySubsequences: false)
            }
            let place = FieldReader.Place(line: before?.count ?? 1, column: (before?.last?.count ?? 0) + 1)
            return FieldReader.failure(file, place, "scenario", "not valid YAML (\(problem)).")
        default:
            return Failure(.invalidArgument, "\(file): not valid YAML (\(error)).")
        }
    }
}
