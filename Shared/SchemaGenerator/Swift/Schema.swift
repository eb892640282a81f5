/// The contents of the `.proto` files, as plain values.
struct Schema {
    var files: [SchemaFile]

    /// All messages by their full name, such as `.gyrus.wire.Event`.
    var messages: [String: SchemaMessage] {
        Dictionary(files.flatMap { file in file.messages.map { (".\(file.package).\($0.name)", $0) } }) { a, _ in a }
    }
}

/// One `.proto` file.
struct SchemaFile {
    /// File name without `.proto`.
    var stem: String
    var package: String
    var messages: [SchemaMessage]
    var enums: [SchemaEnum]

    /// Name of the Swift file generated from it.
    var swiftName: String { "Wire+\(stem.camelCased(capitalized: true)).swift" }
}

/// A message type.
struct SchemaMessage {
    var name: String
    var comment: String
    var fields: [SchemaField]
    var oneofs: [SchemaOneof]
    /// Whether it declares message types, enums or maps inside itself.
    var hasNestedTypes: Bool
}

/// A group of fields of which at most one is set.
struct SchemaOneof {
    var name: String
    var comment: String
    var fields: [SchemaField]

    /// A group named `x_presence` with one member is the way in which protoc-c can express an optional number.
    var isPresence: Bool { fields.count == 1 && name.hasSuffix("_presence") }
}

/// A field of a message.
struct SchemaField {
    enum Kind: Hashable {
        case number(swift: String), boolean, text, bytes
        case enumeration(String)
        case message(String)
    }

    var name: String
    var comment: String
    var kind: Kind
    var isRepeated: Bool
    /// Index of the group that it belongs to.
    var oneof: Int?
}

/// An enumeration.
struct SchemaEnum {
    var name: String
    var comment: String
    var values: [(name: String, number: Int32, comment: String)]
}

extension Schema {
    /// Rejects definitions that the Swift code or a decoder without a depth limit could not handle.
    func validate() throws {
        let messages = self.messages
        for file in files {
            for message in file.messages {
                let place = "\(file.stem).proto: message \(message.name)"
                guard !message.hasNestedTypes else {
                    throw GeneratorError(
                        "\(place) declares types inside itself or a map; declare them at the top level.")
                }
                if let field = message.fields.first(where: { $0.name == "base" || $0.name == "descriptor" }) {
                    throw GeneratorError(
                        "\(place): protobuf-c reserves the field name '\(field.name)'; choose another one.")
                }
                try refuseCycle(from: ".\(file.package).\(message.name)", through: messages)
            }
        }
    }

    private func refuseCycle(from start: String, through messages: [String: SchemaMessage]) throws {
        var pending = [start]
        var seen: Set<String> = []
        while let name = pending.popLast() {
            for field in messages[name]?.fields ?? [] {
                guard case .message(let next) = field.kind else { continue }
                guard next != start else {
                    throw GeneratorError(
                        "Message \(start) contains itself through '\(field.name)' of \(name). protobuf-c has no depth "
                            + "limit, so a peer could crash a service; use a flat list with indices.")
                }
                if seen.insert(next).inserted { pending.append(next) }
            }
        }
    }
}

extension String {
    /// `task_state` or `TASK_STATE` as `taskState` or `TaskState`.
    func camelCased(capitalized: Bool = false) -> String {
        let words = split(separator: "_").map { $0.lowercased() }
        return words.enumerated().map { index, word in
            index == 0 && !capitalized ? word : word.prefix(1).uppercased() + word.dropFirst()
        }.joined()
    }

    /// `TaskState` as `task_state`, the way in which protoc-c names functions.
    var snakeCased: String {
        var result = ""
        var wasUpper = true
        for character in self {
            if character.isUppercase, !wasUpper { result.append("_") }
            wasUpper = character.isUppercase
            result += character.lowercased()
        }
        return result
    }
}
