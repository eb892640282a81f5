import Foundation

/// The JSON schema of scenario files, with which editors complete and check them.
///
/// ```yaml
/// # yaml-language-server: $schema=scenario.schema.json
/// scenario: my-digits
/// ```
public enum ScenarioSchema {
    /// The schema as JSON text, generated from the table of fields.
    public static var json: String {
        var schema = object(of: ScenarioField.top)
        schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        schema["title"] = "Scenario of Gyrus"
        let options: JSONSerialization.WritingOptions = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? JSONSerialization.data(withJSONObject: schema, options: options) else {
            preconditionFailure("a schema holds only strings, numbers, lists and objects")
        }
        return String(decoding: data, as: UTF8.self) + "\n"
    }

    private static func object(of fields: [ScenarioField]) -> [String: Any] {
        var properties: [String: Any] = [:]
        for field in fields {
            var value = schema(of: field.form)
            value["description"] = field.usual.map { "\(field.summary) Default: \($0)." } ?? field.summary
            properties[field.name] = value
        }
        var object: [String: Any] = ["type": "object", "additionalProperties": false, "properties": properties]
        let needed = fields.filter(\.isNeeded).names
        if !needed.isEmpty { object["required"] = needed }
        return object
    }

    private static func schema(of form: ScenarioField.Form) -> [String: Any] {
        switch form {
        case .text: ["type": ["string", "number", "boolean"]]
        case .texts: list(of: schema(of: .text))
        case .integer(let range): integer(range)
        case .count(let range): ["anyOf": [["const": "all"], integer(range)]]
        case .integers(let range): list(of: integer(range)).merging(["uniqueItems": true]) { $1 }
        case .number(let range): number(range)
        case .numbers(let range): list(of: number(range))
        case .time: ["type": "string", "pattern": #"^[0-9.eE+-]+ *(us|µs|ms|s)$"#]
        case .choice(let words): ["enum": words + (words.contains("true") ? [true, false] : []) as [Any]]
        case .choices(let words): list(of: ["enum": words]).merging(["uniqueItems": true]) { $1 }
        case .choiceOrCount(let words, let word, _): ["anyOf": [["enum": words], ["pattern": "^\(word) +[0-9]+$"]]]
        case .group(let fields): object(of: fields)
        case .named(let form): ["type": "object", "minProperties": 1, "additionalProperties": schema(of: form)]
        case .variants(let variants): ["anyOf": variants.map { object(of: $0.fields) }]
        case .anything: [:]
        case .either(let first, let second): ["anyOf": [schema(of: first), schema(of: second)]]
        }
    }

    private static func list(of items: [String: Any]) -> [String: Any] {
        ["type": "array", "minItems": 1, "items": items]
    }

    private static func integer(_ range: ClosedRange<Int>) -> [String: Any] {
        ["type": "integer", "minimum": range.lowerBound, "maximum": range.upperBound]
    }

    private static func number(_ range: ClosedRange<Double>) -> [String: Any] {
        ["type": "number", "minimum": range.lowerBound, "maximum": range.upperBound]
    }
}
