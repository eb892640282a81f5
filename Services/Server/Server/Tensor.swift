import Foundation
import Model
import Tables

/// Data types of the Open Inference Protocol that Gyrus networks read.
enum TensorType: String, CaseIterable, Sendable {
    case bool = "BOOL"
    case uint8 = "UINT8"
    case uint16 = "UINT16"
    case uint32 = "UINT32"
    case uint64 = "UINT64"
    case int8 = "INT8"
    case int16 = "INT16"
    case int32 = "INT32"
    case int64 = "INT64"
    case fp16 = "FP16"
    case fp32 = "FP32"
    case fp64 = "FP64"
    case bytes = "BYTES"

    /// Size of an element in bytes; nil if elements differ.
    var size: Int? {
        switch self {
        case .bool, .uint8, .int8: 1
        case .uint16, .int16, .fp16: 2
        case .uint32, .int32, .fp32: 4
        case .uint64, .int64, .fp64: 8
        case .bytes: nil
        }
    }

    /// Consecutive numbers, little-endian.
    func numbers(_ bytes: ArraySlice<UInt8>) -> [Double] {
        func read<Number>(_ type: Number.Type, _ body: (Number) -> Double) -> [Double] {
            bytes.withUnsafeBytes { raw in
                stride(from: 0, to: raw.count, by: MemoryLayout<Number>.size).map {
                    body(raw.loadUnaligned(fromByteOffset: $0, as: type))
                }
            }
        }
        return switch self {
        case .bool, .uint8: bytes.map(Double.init)
        case .uint16: read(UInt16.self) { Double(UInt16(littleEndian: $0)) }
        case .uint32: read(UInt32.self) { Double(UInt32(littleEndian: $0)) }
        case .uint64: read(UInt64.self) { Double(UInt64(littleEndian: $0)) }
        case .int8: read(Int8.self) { Double($0) }
        case .int16: read(Int16.self) { Double(Int16(littleEndian: $0)) }
        case .int32: read(Int32.self) { Double(Int32(littleEndian: $0)) }
        case .int64: read(Int64.self) { Double(Int64(littleEndian: $0)) }
        case .fp16: read(UInt16.self) { Self.half($0) }
        case .fp32: read(UInt32.self) { Double(Float(bitPattern: UInt32(littleEndian: $0))) }
        case .fp64: read(UInt64.self) { Double(bitPattern: UInt64(littleEndian: $0)) }
        case .bytes: []
        }
    }

    /// A 16-bit number; not `Float16`, which some machines lack.
    private static func half(_ pattern: UInt16) -> Double {
        let (bits, sign) = (UInt16(littleEndian: pattern), UInt16(littleEndian: pattern) >> 15 == 1 ? -1.0 : 1.0)
        let (exponent, fraction) = (Int(bits >> 10 & 31), Double(bits & 1_023) / 1_024)
        if exponent == 31 { return fraction == 0 ? sign * .infinity : .nan }
        return sign * (exponent == 0 ? fraction * pow(2, -14) : (1 + fraction) * pow(2, Double(exponent - 15)))
    }
}

/// An input tensor of a request: a value, or an array of values, for each sample.
struct Tensor {
    /// Flat list of numbers, texts or file contents.
    enum Values {
        case numbers([Double])
        case texts([String])
        case contents([[UInt8]])

        var count: Int {
            switch self {
            case .numbers(let numbers): numbers.count
            case .texts(let texts): texts.count
            case .contents(let contents): contents.count
            }
        }
    }

    let name: String
    let shape: [Int]
    let type: TensorType
    let values: Values

    /// - Throws: `Failure` if the values do not fill the shape.
    init(name: String, shape: [Int], type: TensorType, values: Values) throws {
        guard !shape.isEmpty, shape.allSatisfy({ $0 >= 0 }) else {
            throw Failure(.invalidArgument, "input '\(name)' has the shape \(shape); its first axis counts the samples")
        }
        let count = shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).overflow ? .max : $0 * $1 }
        guard count == values.count else {
            throw Failure(
                .invalidArgument,
                "input '\(name)' has \(values.count) values, but its shape \(shape) needs \(count)")
        }
        self.name = name
        self.shape = shape
        self.type = type
        self.values = values
    }

    /// Number of samples.
    var samples: Int { shape[0] }

    /// The value of a sample in a column.
    func cell(_ sample: Int) -> Cell {
        let width = shape.dropFirst().reduce(1, *)
        let range = sample * width..<(sample + 1) * width
        switch values {
        case .texts(let texts):
            return width == 1
                ? (texts[sample].isEmpty ? .missing : .text(texts[sample])) : .list(texts[range].map(Cell.text))
        case .contents(let contents):
            return width == 1
                ? (contents[sample].isEmpty ? .missing : .bytes(contents[sample]))
                : .list(contents[range].map(Cell.bytes))
        case .numbers(let numbers):
            let inner = Array(shape.dropFirst())
            if width == 1, inner.count < 2 { return numbers[sample].isNaN ? .missing : .number(numbers[sample]) }
            return .array(
                NumericArray(shape: inner, values: numbers[range].map(Float.init), areBytes: type == .uint8))
        }
    }
}
