// The JSON form of a layer is one flat object: {"name": …, "kind": "convolution", "inputs": […], "channels": 8, …}.

/// Reads the fields of a layer's JSON object and remembers which of them its kind uses.
struct LayerFields {
    private let container: KeyedDecodingContainer<FieldKey>
    private var used: Set<String> = ["name", "kind", "inputs"]

    init(_ decoder: any Decoder) throws { container = try decoder.container(keyedBy: FieldKey.self) }

    mutating func read<T: Decodable>(_ key: String, _ type: T.Type = T.self) throws -> T {
        used.insert(key)
        return try container.decode(T.self, forKey: FieldKey(key))
    }

    /// - Parameter value: Default if the field is missing.
    mutating func read<T: Decodable>(_ key: String, default value: T) throws -> T {
        used.insert(key)
        return container.contains(FieldKey(key)) ? try container.decode(T.self, forKey: FieldKey(key)) : value
    }

    /// The first field, by name, that no rule has read.
    var unknown: String? { container.allKeys.map(\.stringValue).filter { !used.contains($0) }.min() }
}

/// Writes the fields of a layer's JSON object.
struct LayerFieldWriter {
    private var container: KeyedEncodingContainer<FieldKey>

    init(_ encoder: any Encoder) { container = encoder.container(keyedBy: FieldKey.self) }

    mutating func write(_ key: String, _ value: some Encodable) throws {
        try container.encode(value, forKey: FieldKey(key))
    }

    /// Writes a field that descriptions of earlier versions lack, only if it differs from the default.
    mutating func write<T: Encodable & Equatable>(_ key: String, _ value: T, unless usual: T) throws {
        if value != usual { try write(key, value) }
    }
}

private struct FieldKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
}

extension Layer: Codable {
    /// Reads a layer; rejects fields that its kind does not have.
    public init(from decoder: any Decoder) throws {
        func fault(_ text: String) -> DecodingError {
            DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: text))
        }
        var fields = try LayerFields(decoder)
        let name = try fields.read("name", String.self)
        let kind = try fields.read("kind", String.self)
        guard let rules = Layer.Operation.rules(ofKind: kind) else {
            throw fault("Layer '\(name)' has the unknown kind '\(kind)'.")
        }
        let operation = try rules.init(&fields).operation
        self.init(name, operation, from: try fields.read("inputs", [String].self))
        if let unknown = fields.unknown { throw fault("Layer '\(name)' (\(kind)) has no field '\(unknown)'.") }
    }

    /// Writes a layer with all fields of its kind.
    public func encode(to encoder: any Encoder) throws {
        var fields = LayerFieldWriter(encoder)
        try fields.write("name", name)
        try fields.write("kind", operation.kind)
        try fields.write("inputs", inputs)
        try operation.rules.write(to: &fields)
    }
}

extension Extent: Codable {
    /// Reads one number or `[height, width]`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let side = try? container.decode(Int.self) {
            self.init(side)
            return
        }
        let sides = try container.decode([Int].self)
        guard sides.count == 2 else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "Expected a number or [height, width].")
        }
        self.init(height: sides[0], width: sides[1])
    }

    /// Writes one number for a square, else `[height, width]`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if height == width { try container.encode(height) } else { try container.encode([height, width]) }
    }
}
