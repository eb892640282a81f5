import Foundation
import Model

/// A file of variables, one `NAME=value` per line, as in `env_file` of the Compose Specification.
///
/// Values in single quotes are literal; in double quotes, `\\n` and other escapes are as in C; in unquoted values, ` #`
/// begins a comment. Variables are replaced except in single quotes. A raw file has none of these rules.
struct EnvironmentFile {
    let path: String
    let isRaw: Bool
    let interpolation: Interpolation

    /// Maximum file size in bytes.
    private static let largest = 1 << 20

    /// The variables in the file; a name without a value means the launcher's value, which the process inherits anyway.
    func variables() throws -> [String: String] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Failure(.invalidArgument, "cannot read the environment file '\(path)'")
        }
        guard data.count <= Self.largest, var text = String(data: data, encoding: .utf8) else {
            throw Failure(.invalidArgument, "'\(path)' is not UTF-8 text of at most \(Self.largest) bytes")
        }
        if text.hasPrefix("\u{FEFF}") { text.removeFirst() }
        var variables: [String: String] = [:]
        let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
        for (index, rawLine) in lines.enumerated() {
            var line = rawLine.drop { $0.isWhitespace }
            if line.isEmpty || line.first == "#" { continue }
            if line.hasPrefix("export ") { line = line.dropFirst("export ".count).drop { $0.isWhitespace } }
            guard let equals = line.firstIndex(where: { $0 == "=" || ($0 == ":" && !isRaw) }) else { continue }
            let name = line[..<equals].trimmingCharacters(in: .whitespaces)
            guard !name.isEmpty, !name.contains(where: \.isWhitespace) else {
                throw problem("'\(name)' is not a valid variable name", index)
            }
            let known = interpolation.adding(variables)
            variables[name] = try value(line[line.index(after: equals)...], known, index)
        }
        return variables
    }

    private func value(_ text: Substring, _ interpolation: Interpolation, _ index: Int) throws -> String {
        if isRaw { return String(text) }
        let text = text.drop { $0 == " " || $0 == "\t" }
        guard let quote = text.first, quote == "'" || quote == "\"" else {
            let plain = text.range(of: " #").map { text[..<$0.lowerBound] } ?? text
            // The value is only a comment.
            let value = plain.first == "#" ? "" : plain.trimmingCharacters(in: .whitespaces)
            return try expand(value, interpolation, index)
        }
        var value = ""
        var rest = text.dropFirst()
        while let character = rest.popFirst() {
            if character == quote {
                return quote == "'" ? value : try expand(value, interpolation, index)
            }
            guard character == "\\", quote == "\"", let next = rest.popFirst() else {
                value.append(character)
                continue
            }
            switch next {
            case "n": value.append("\n")
            case "r": value.append("\r")
            case "t": value.append("\t")
            case "$": value.append("$$")
            case "\"", "\\": value.append(next)
            default: value += "\\\(next)"
            }
        }
        throw problem("a quotation mark is not closed", index)
    }

    private func expand(_ text: String, _ interpolation: Interpolation, _ index: Int) throws -> String {
        do {
            return try interpolation.expand(text)
        } catch {
            throw problem(error.message, index)
        }
    }

    private func problem(_ what: String, _ index: Int) -> Failure {
        Failure(.invalidArgument, "\(path):\(index + 1): \(what)")
    }
}
