import Synchronization

/// Replacement of `$NAME` and `${NAME…}` in the values of a Compose file, as the Compose Specification defines it.
///
/// ```swift
/// try Interpolation(variables: ["HOME": "/root"]).expand("${HOME}/x-${SUFFIX:-none}")   // "/root/x-none"
/// ```
public struct Interpolation: Sendable {
    /// Why a value could not be expanded.
    public struct Problem: Error, Hashable, Sendable {
        /// A message for people.
        public let message: String
    }

    private let variables: [String: String]
    private let unset: Unset

    /// Names that were not found; shared by all copies of this interpolation.
    private final class Unset: Sendable {
        let names = Mutex<Set<String>>([])
    }

    /// An interpolation with these variables.
    public init(variables: [String: String]) {
        self.init(variables: variables, unset: Unset())
    }

    private init(variables: [String: String], unset: Unset) {
        self.variables = variables
        self.unset = unset
    }

    /// Adds variables; existing ones take precedence.
    func adding(_ more: [String: String]) -> Interpolation {
        Interpolation(variables: more.merging(variables) { $1 }, unset: unset)
    }

    /// Variables that were replaced by an empty string, because they are not set and have no default.
    public var missing: Set<String> { unset.names.withLock { $0 } }

    private func value(of name: String, _ isNeeded: Bool) -> String {
        if let value = variables[name] { return value }
        if isNeeded { unset.names.withLock { _ = $0.insert(name) } }
        return ""
    }

    /// The text with every variable replaced; `$$` means a dollar sign.
    public func expand(_ text: String) throws(Problem) -> String {
        guard text.contains("$") else { return text }
        var rest = Substring(text)
        return try expand(&rest, nested: false, isNeeded: true)
    }

    /// Expands up to the end, or to the closing brace of a nested default.
    /// - Parameter isNeeded: Whether the result is used; an unused alternative is only skipped.
    private func expand(_ rest: inout Substring, nested: Bool, isNeeded: Bool) throws(Problem) -> String {
        var result = ""
        while let character = rest.first {
            if nested && character == "}" { break }
            rest.removeFirst()
            guard character == "$" else {
                result.append(character)
                continue
            }
            switch rest.first {
            case "$":
                rest.removeFirst()
                result.append("$")
            case "{":
                rest.removeFirst()
                result += try braced(&rest, isNeeded)
            case let next? where Self.beginsName(next):
                result += value(of: Self.takeName(&rest), isNeeded)
            default:
                throw Problem(message: "a lone '$': write '$$' for a dollar sign, or '${NAME}' for a variable")
            }
        }
        return result
    }

    private func braced(_ rest: inout Substring, _ isNeeded: Bool) throws(Problem) -> String {
        guard let first = rest.first, Self.beginsName(first) else {
            throw Problem(message: "'${' is not followed by a variable name")
        }
        let name = Self.takeName(&rest)
        var emptyCounts = false
        if rest.first == ":" {
            emptyCounts = true
            rest.removeFirst()
        }
        guard let kind = rest.popFirst() else { throw Problem(message: "'${\(name)' has no closing brace") }
        let value = variables[name]
        let isSet = value.map { !emptyCounts || !$0.isEmpty } ?? false
        if kind == "}" && !emptyCounts { return self.value(of: name, isNeeded) }
        guard "-?+".contains(kind) else {
            throw Problem(message: "'${\(name)…' continues with '\(kind)'; use '-', ':-', '?', ':?', '+' or ':+'")
        }
        let takesAlternative = kind == "+" ? isSet : !isSet
        let alternative = try expand(&rest, nested: true, isNeeded: isNeeded && takesAlternative)
        guard rest.popFirst() == "}" else { throw Problem(message: "'${\(name)…' has no closing brace") }
        switch kind {
        case "-": return isSet ? value ?? "" : alternative
        case "+": return isSet ? alternative : ""
        default:
            guard isSet, let value else {
                if !isNeeded { return "" }
                let reason = alternative.isEmpty ? "" : ": \(alternative)"
                throw Problem(message: "the variable '\(name)' must be set\(reason)")
            }
            return value
        }
    }

    private static func beginsName(_ character: Character) -> Bool {
        character == "_" || (character.isASCII && character.isLetter)
    }

    private static func takeName(_ rest: inout Substring) -> String {
        let name = rest.prefix { beginsName($0) || ($0.isASCII && $0.isNumber) }
        rest = rest[name.endIndex...]
        return String(name)
    }
}
