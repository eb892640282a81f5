import Yams

/// The YAML of a scenario file, checked before and after it is parsed.
enum ScenarioText {
    /// Most bytes of a file.
    static let largest = 32 * 1024
    /// Deepest nesting; a parser that calls itself must not be led further.
    static let deepest = 16

    /// The top of the file.
    /// - Throws: `Failure` with file, line and column.
    static func parse(_ text: String, file: String) throws -> Node {
        guard text.utf8.count <= largest else {
            throw Failure(
                .invalidArgument, "\(file): it has \(text.utf8.count) bytes; a scenario has at most \(largest).")
        }
        try refuseTricks(in: text, file: file)
        do {
            guard let node = try Yams.compose(yaml: text) else {
                throw Failure(.invalidArgument, "\(file):1:1: scenario: the file is empty; see README.md for one.")
            }
            return node
        } catch let error as YamlError {
            throw failure(error, file: file)
        }
    }

    /// Deep nesting overflows a parser's stack, and aliases make a small text a large value; a scenario needs neither.
    private static func refuseTricks(in text: String, file: String) throws {
        var depth = 0
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let place = { FieldReader.Place(line: index + 1, column: $0 + 1) }
            let bytes = Array(line.utf8)
            let indicators = bytes.prefix { " -?:\t".utf8.contains($0) }.count { $0 != 32 && $0 != 9 }
            for (column, byte) in bytes.enumerated() {
                if "[{".utf8.contains(byte) { depth += 1 }
                if "]}".utf8.contains(byte) { depth = max(0, depth - 1) }
                if depth > deepest || indicators > deepest {
                    throw FieldReader.failure(file, place(column), "scenario", "fields are nested too deeply.")
                }
                if "&*".utf8.contains(byte), isTokenStart(column, of: bytes) {
                    throw FieldReader.failure(
                        file, place(column), "scenario", "anchors and aliases (& and *) are not allowed in scenarios.")
                }
            }
        }
    }

    private static func isTokenStart(_ column: Int, of bytes: [UInt8]) -> Bool {
        let followed = column + 1 < bytes.count && !" \t\r".utf8.contains(bytes[column + 1])
        return followed && (column == 0 || " \t[{,:-?".utf8.contains(bytes[column - 1]))
    }

    private static func failure(_ error: YamlError, file: String) -> Failure {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let text = [context?.text, problem].compactMap { $0 }.joined(separator: ": ")
            return FieldReader.failure(file, FieldReader.Place(mark), "scenario", "this is no YAML (\(text)).")
        case .duplicatedKeysInMapping(let duplicates, let context):
            return FieldReader.failure(
                file, FieldReader.Place(context.mark), duplicates.sorted().joined(separator: ", "),
                "the field stands there twice.")
        default:
            return Failure(.invalidArgument, "\(file): this is no YAML (\(error)).")
        }
    }
}
