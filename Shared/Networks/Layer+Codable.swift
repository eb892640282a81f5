// The JSON form of a layer is one flat object: {"name": …, "kind": "convolution", "inputs": […], "channels": 8, …}.

extension Layer.Operation {
    /// The word for the operation in JSON and in messages.
    public var kind: String {
        switch self {
        case .convolution: "convolution"
        case .separableConvolution: "separable-convolution"
        case .embedding: "embedding"
        case .batchNormalization: "batch-normalization"
        case .linear: "linear"
        case .maximumPooling: "maximum-pooling"
        case .averagePooling: "average-pooling"
        case .globalAveragePooling: "global-average-pooling"
        case .relu: "relu"
        case .leakyRelu: "leaky-relu"
        case .sigmoid: "sigmoid"
        case .dropout: "dropout"
        case .flatten: "flatten"
        case .resize: "resize"
        case .concatenation: "concatenation"
        case .addition: "addition"
        case .multiplication: "multiplication"
        case .weightedSum: "weighted-sum"
        case .attention: "attention"
        }
    }
}

private enum Key: String, CodingKey, CaseIterable {
    case name, kind, inputs, channels, kernel, stride, padding, groups, bias, momentum, epsilon, features, slope, rate
    case size, vocabulary
}

private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension Layer: Codable {
    /// Reads a layer; a field that its kind does not have is refused.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let name = try container.decode(String.self, forKey: .name)
        let kind = try container.decode(String.self, forKey: .kind)
        var reader = FieldReader(container: container)
        let operation = try reader.operation(kind, of: name)
        self.init(name, operation, from: try container.decode([String].self, forKey: .inputs))
        let present = try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue)
        let allowed = reader.used.union([.name, .kind, .inputs]).map(\.rawValue)
        if let unknown = present.sorted().first(where: { !allowed.contains($0) }) {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "Layer '\(name)' (\(kind)) has no field '\(unknown)'."))
        }
    }

    /// Writes a layer with all fields of its kind.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(name, forKey: .name)
        try container.encode(operation.kind, forKey: .kind)
        try container.encode(inputs, forKey: .inputs)
        switch operation {
        case .convolution(let settings), .separableConvolution(let settings):
            try container.encode(settings.channels, forKey: .channels)
            try container.encode(settings.kernel, forKey: .kernel)
            try container.encode(settings.stride, forKey: .stride)
            try container.encode(settings.padding, forKey: .padding)
            try container.encode(settings.groups, forKey: .groups)
            try container.encode(settings.bias, forKey: .bias)
        case .embedding(let vocabulary, let features):
            try container.encode(vocabulary, forKey: .vocabulary)
            try container.encode(features, forKey: .features)
        case .batchNormalization(let momentum, let epsilon):
            try container.encode(momentum, forKey: .momentum)
            try container.encode(epsilon, forKey: .epsilon)
        case .linear(let features, let bias):
            try container.encode(features, forKey: .features)
            try container.encode(bias, forKey: .bias)
        case .maximumPooling(let kernel, let stride), .averagePooling(let kernel, let stride):
            try container.encode(kernel, forKey: .kernel)
            try container.encode(stride, forKey: .stride)
        case .leakyRelu(let slope): try container.encode(slope, forKey: .slope)
        case .dropout(let rate): try container.encode(rate, forKey: .rate)
        case .resize(let size): try container.encode(size, forKey: .size)
        case .globalAveragePooling, .relu, .sigmoid, .flatten, .concatenation, .addition, .multiplication,
            .weightedSum, .attention:
            break
        }
    }
}

/// Reads fields and remembers which of them the kind has.
private struct FieldReader {
    let container: KeyedDecodingContainer<Key>
    var used: Set<Key> = []

    mutating func field<T: Decodable>(_ key: Key, default value: T? = nil) throws -> T {
        used.insert(key)
        if let value, !container.contains(key) { return value }
        return try container.decode(T.self, forKey: key)
    }

    mutating func operation(_ kind: String, of name: String) throws -> Layer.Operation {
        switch kind {
        case "convolution": return .convolution(try convolution())
        case "separable-convolution": return .separableConvolution(try convolution())
        case "embedding":
            return .embedding(vocabulary: try field(.vocabulary), features: try field(.features))
        case "batch-normalization":
            return .batchNormalization(
                momentum: try field(.momentum, default: 0.1), epsilon: try field(.epsilon, default: 1e-5))
        case "linear": return .linear(features: try field(.features), bias: try field(.bias, default: true))
        case "maximum-pooling":
            let kernel: Extent = try field(.kernel)
            return .maximumPooling(kernel: kernel, stride: try field(.stride, default: kernel))
        case "average-pooling":
            let kernel: Extent = try field(.kernel)
            return .averagePooling(kernel: kernel, stride: try field(.stride, default: kernel))
        case "global-average-pooling": return .globalAveragePooling
        case "relu": return .relu
        case "leaky-relu": return .leakyRelu(slope: try field(.slope, default: 0.01))
        case "sigmoid": return .sigmoid
        case "dropout": return .dropout(rate: try field(.rate))
        case "flatten": return .flatten
        case "resize": return .resize(try field(.size))
        case "concatenation": return .concatenation
        case "addition": return .addition
        case "multiplication": return .multiplication
        case "weighted-sum": return .weightedSum
        case "attention": return .attention
        default:
            throw DecodingError.dataCorruptedError(
                forKey: .kind, in: container, debugDescription: "Layer '\(name)' has the unknown kind '\(kind)'.")
        }
    }

    private mutating func convolution() throws -> Convolution {
        var settings = Convolution(
            channels: try field(.channels), kernel: try field(.kernel), stride: try field(.stride, default: 1))
        settings.padding = try field(.padding, default: settings.padding)
        settings.groups = try field(.groups, default: 1)
        settings.bias = try field(.bias, default: true)
        return settings
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
                in: container, debugDescription: "A number or [height, width] is needed.")
        }
        self.init(height: sides[0], width: sides[1])
    }

    /// Writes one number for a square, else `[height, width]`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if height == width { try container.encode(height) } else { try container.encode([height, width]) }
    }
}
