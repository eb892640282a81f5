/// A property of a Swift struct and the lines that move it out of and into the C struct.
struct Property {
    var name: String
    var comment: String
    var type: String
    var initial: String
    var load: [String]
    var store: [String]
}

extension SwiftWriter {
    /// The properties of a message: its fields in order, with each group of alternatives in place of its members.
    func properties(of message: SchemaMessage) -> [Property] {
        var seen: Set<Int> = []
        return message.fields.compactMap { field in
            guard let index = field.oneof else {
                return field.isRepeated ? repeated(field, of: message) : single(field, of: message)
            }
            guard seen.insert(index).inserted else { return nil }
            let group = message.oneofs[index]
            return group.isPresence ? presence(group, of: message) : choice(group, of: message)
        }
    }

    private func single(_ field: SchemaField, of message: SchemaMessage) -> Property {
        let type = swiftType(field.kind)
        let (declared, initial) =
            switch field.kind {
            case .number: (type, "0")
            case .boolean: (type, "false")
            case .text: (type, "\"\"")
            case .bytes: (type, "[]")
            case .enumeration: (type, "\(type)(rawValue: 0)")
            case .message: (type + "?", "nil")
            }
        return Property(
            name: field.swiftName, comment: field.comment, type: declared, initial: initial,
            load: ["        \(field.swiftName) = \(loading(field, of: message))"],
            store: ["        c.pointee.\(field.name) = \(storing(field, field.swiftName, of: message))"])
    }

    private func repeated(_ field: SchemaField, of message: SchemaMessage) -> Property {
        let place = "\"\(message.name).\(field.name)\""
        let source = "c.pointee.n_\(field.name), c.pointee.\(field.name)"
        let name = field.swiftName
        let (load, store) =
            switch field.kind {
            case .number: ("Wire.numbers(\(source))", "arena.numbers(\(name))")
            case .boolean: ("Wire.booleans(\(source))", "arena.booleans(\(name))")
            case .text: ("try Wire.texts(\(source), \(place))", "try arena.texts(\(name), \(place))")
            case .bytes: ("Wire.manyBytes(\(source))", "arena.manyBytes(\(name))")
            case .enumeration:
                (
                    "Wire.numbers(\(source)).map { .init(rawValue: Int32(bitPattern: $0.rawValue)) }",
                    "arena.numbers(\(name).map { .init(rawValue: UInt32(bitPattern: $0.rawValue)) })"
                )
            case .message: ("try Wire.messages(\(source))", "try arena.messages(\(name))")
            }
        return Property(
            name: name, comment: field.comment, type: "[\(swiftType(field.kind))]", initial: "[]",
            load: ["        \(name) = \(load)"],
            store: ["        (c.pointee.n_\(field.name), c.pointee.\(field.name)) = \(store)"])
    }

    private func presence(_ group: SchemaOneof, of message: SchemaMessage) -> Property {
        let field = group.fields[0]
        let name = field.swiftName
        return Property(
            name: name, comment: field.comment, type: swiftType(field.kind) + "?", initial: "nil",
            load: [
                "        if c.pointee.\(group.name)_case.rawValue != 0 {",
                "            \(name) = \(loading(field, of: message))", "        }",
            ],
            store: ["        if let \(name) {"] + storing(member: field, of: group, in: message) + ["        }"])
    }

    private func choice(_ group: SchemaOneof, of message: SchemaMessage) -> Property {
        let name = group.name.camelCased()
        let constants = group.fields.map { "\(constant($0, of: message))" }
        let load = zip(group.fields, constants).map { field, constant in
            let value = loading(field, of: message)
            let isMessage = if case .message = field.kind { true } else { false }
            return "        case \(constant): "
                + (isMessage
                    ? "\(name) = \(value).map { .\(field.swiftName)($0) }" : "\(name) = .\(field.swiftName)(\(value))")
        }
        let store = group.fields.flatMap { field in
            ["        case .\(field.swiftName)(let \(field.swiftName))?:"]
                + storing(member: field, of: group, in: message)
        }
        return Property(
            name: name, comment: group.comment.isEmpty ? "One of several." : group.comment,
            type: "\(group.name.camelCased(capitalized: true))?", initial: "nil",
            load: ["        switch c.pointee.\(group.name)_case {"] + load + ["        default: break", "        }"],
            store: ["        switch \(name) {"] + store + ["        case nil: break", "        }"])
    }

    private func storing(member field: SchemaField, of group: SchemaOneof, in message: SchemaMessage) -> [String] {
        [
            "            c.pointee.\(group.name)_case = \(constant(field, of: message))",
            "            c.pointee.\(field.name) = \(storing(field, field.swiftName, of: message))",
        ]
    }

    /// Name of the C constant that says which member of a group is set.
    private func constant(_ field: SchemaField, of message: SchemaMessage) -> String {
        let owner = schema.files.first { $0.messages.contains { $0.name == message.name } }
        let prefix = (owner?.package ?? "").split(separator: ".").map { $0.uppercased() + "__" }.joined()
        let group = message.oneofs[field.oneof ?? 0].name
        return "\(prefix)\(message.name.snakeCased.uppercased())__\(group.uppercased())_\(field.name.uppercased())"
    }

    /// The Swift value of a C field.
    private func loading(_ field: SchemaField, of message: SchemaMessage) -> String {
        let source = "c.pointee.\(field.name)"
        return switch field.kind {
        case .number: source
        case .boolean: "\(source) != 0"
        case .text: "try Wire.text(\(source), \"\(message.name).\(field.name)\")"
        case .bytes: "Wire.bytes(\(source))"
        case .enumeration: ".init(rawValue: Int32(bitPattern: \(source).rawValue))"
        case .message: "try Wire.message(\(source))"
        }
    }

    /// The C value of a Swift value.
    private func storing(_ field: SchemaField, _ value: String, of message: SchemaMessage) -> String {
        switch field.kind {
        case .number: value
        case .boolean: "\(value) ? 1 : 0"
        case .text: "try arena.text(\(value), \"\(message.name).\(field.name)\")"
        case .bytes: "arena.bytes(\(value))"
        case .enumeration: ".init(rawValue: UInt32(bitPattern: \(value).rawValue))"
        case .message: "try arena.message(\(value))"
        }
    }
}
