import Foundation
import Model
import Tables

/// A request of the Open Inference Protocol, version 2.
struct InferenceRequest: Decodable {
    /// Supported parameters of a request, a tensor or an output.
    struct Parameters: Decodable {
        var binaryDataSize: Int?
        var binaryData: Bool?
        var binaryDataOutput: Bool?

        enum CodingKeys: String, CodingKey {
            case binaryDataSize = "binary_data_size"
            case binaryData = "binary_data"
            case binaryDataOutput = "binary_data_output"
        }
    }

    /// An input tensor.
    struct Input: Decodable {
        var name: String
        var shape: [Int]
        var datatype: String
        var parameters: Parameters?
        var data: TensorData?
    }

    /// A requested output.
    struct Output: Decodable {
        var name: String
        var parameters: Parameters?
    }

    var id: String?
    var parameters: Parameters?
    var inputs: [Input]
    var outputs: [Output]?

    /// Parses a request.
    /// - Parameters:
    ///   - body: JSON, followed by the bytes of binary tensors.
    ///   - headerLength: Size of the JSON in bytes, if binary tensors follow.
    static func read(_ body: [UInt8], headerLength: Int?) throws -> (InferenceRequest, [Tensor]) {
        let length = headerLength ?? body.count
        guard (0...body.count).contains(length) else {
            throw Failure(
                .invalidArgument,
                "Inference-Header-Content-Length is \(length), but the body has \(body.count) bytes")
        }
        let request: InferenceRequest
        do {
            request = try JSONDecoder().decode(InferenceRequest.self, from: Data(body[..<length]))
        } catch let error as DecodingError {
            throw Failure(.invalidArgument, "Cannot read the request: \(Self.reason(error))")
        }
        var rest = body[length...]
        let tensors = try request.inputs.map { try tensor($0, &rest) }
        guard rest.isEmpty else {
            throw Failure(.invalidArgument, "\(rest.count) bytes follow the last binary tensor")
        }
        return (request, tensors)
    }

    private static func tensor(_ input: Input, _ rest: inout ArraySlice<UInt8>) throws -> Tensor {
        guard let type = TensorType(rawValue: input.datatype) else {
            let known = TensorType.allCases.map(\.rawValue)
            throw Failure(
                .invalidArgument,
                "input '\(input.name)' has the datatype '\(input.datatype)'; use \(known.joined(separator: ", "))"
            )
        }
        let values: Tensor.Values
        if let size = input.parameters?.binaryDataSize {
            guard input.data == nil else {
                throw Failure(.invalidArgument, "input '\(input.name)' has both data and binary_data_size")
            }
            guard size >= 0, size <= rest.count else {
                throw Failure(
                    .invalidArgument,
                    "input '\(input.name)' has a binary_data_size of \(size), but \(rest.count) bytes are left")
            }
            values = try binary(rest.prefix(size), type, input.name)
            rest = rest.dropFirst(size)
        } else if let data = input.data {
            guard (type == .bytes) == data.areTexts || data.count == 0 else {
                throw Failure(
                    .invalidArgument,
                    "input '\(input.name)' is \(type.rawValue), but its data is \(data.areTexts ? "text" : "numeric")"
                )
            }
            values = data.areTexts ? .texts(data.texts) : .numbers(data.numbers)
        } else {
            throw Failure(.invalidArgument, "input '\(input.name)' has neither data nor binary_data_size")
        }
        return try Tensor(name: input.name, shape: input.shape, type: type, values: values)
    }

    private static func binary(_ bytes: ArraySlice<UInt8>, _ type: TensorType, _ name: String) throws -> Tensor.Values {
        if let size = type.size {
            guard bytes.count.isMultiple(of: size) else {
                throw Failure(.invalidArgument, "input '\(name)' has \(bytes.count) bytes, not a multiple of \(size)")
            }
            return .numbers(type.numbers(bytes))
        }
        // Each element is a four-byte length, followed by its bytes.
        var (contents, rest) = ([[UInt8]](), bytes)
        while !rest.isEmpty {
            guard rest.count >= 4 else { throw Failure(.invalidArgument, "input '\(name)' is truncated") }
            let length = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(4)
            guard length <= rest.count else { throw Failure(.invalidArgument, "input '\(name)' is truncated") }
            contents.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return .contents(contents)
    }

    /// What is wrong, and where.
    private static func reason(_ error: DecodingError) -> String {
        func path(_ context: DecodingError.Context) -> String {
            context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
        }
        return switch error {
        case .keyNotFound(let key, let context): "\(path(context)) lacks '\(key.stringValue)'"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "\(path(context)): \(context.debugDescription)"
        case .dataCorrupted(let context): "it is not JSON: \(context.debugDescription)"
        @unknown default: "\(error)"
        }
    }
}

/// Values of a tensor in JSON: flat or nested; numbers, Booleans or text.
struct TensorData: Decodable {
    private(set) var numbers: [Double] = []
    private(set) var texts: [String] = []

    var areTexts: Bool { !texts.isEmpty }
    var count: Int { areTexts ? texts.count : numbers.count }

    /// Maximum nesting; deeper lists are an attack rather than data.
    private static let deepest = 16

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let numbers = try? container.decode([Double].self) {
            self.numbers = numbers
        } else if let texts = try? container.decode([String].self) {
            self.texts = texts
        } else {
            var list = try decoder.unkeyedContainer()
            try add(&list, depth: 0)
        }
        guard numbers.isEmpty || texts.isEmpty else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "numbers and text are mixed")
        }
    }

    private mutating func add(_ list: inout any UnkeyedDecodingContainer, depth: Int) throws {
        while !list.isAtEnd {
            if let number = try? list.decode(Double.self) {
                numbers.append(number)
            } else if let isTrue = try? list.decode(Bool.self) {
                numbers.append(isTrue ? 1 : 0)
            } else if let text = try? list.decode(String.self) {
                texts.append(text)
            } else if try list.decodeNil() {
                numbers.append(.nan)
            } else {
                guard depth < Self.deepest else {
                    throw DecodingError.dataCorruptedError(
                        in: list, debugDescription: "lists are nested more than \(Self.deepest) deep")
                }
                var inner = try list.nestedUnkeyedContainer()
                try add(&inner, depth: depth + 1)
            }
        }
    }
}
