import Model
import Safetensors
import Schema

/// Numbers in a file that are known before the network runs.
final class OnnxConstant {
    let shape: [Int]
    let type: TensorType
    let bytes: [UInt8]
    /// The TorchScript expression that reads it, once it is stored.
    var expression: String?

    /// Decodes a tensor. Floats become 32-bit floats; unsigned integers become the next larger signed ones.
    init(_ tensor: Wire.OnnxTensor) throws {
        shape = tensor.dims.map { Int(clamping: $0) }
        guard let stored = TensorElementType(rawValue: tensor.dataType), let type = stored.torchType else {
            let name = TensorElementType(rawValue: tensor.dataType)?.name ?? "\(tensor.dataType)"
            throw Failure(.invalidArgument, "tensor '\(tensor.name.prefix(200))' has elements of type \(name)")
        }
        self.type = type
        bytes = tensor.rawData.isEmpty ? Self.typed(tensor, stored) : Self.raw(tensor.rawData, stored)
    }

    var count: Int { shape.reduce(1, *) }

    /// Its integers; nil if it has other numbers.
    var integers: [Int]? {
        switch type {
        case .int64: elements(Int64.self).map(Int.init)
        case .int32: elements(Int32.self).map(Int.init)
        default: nil
        }
    }

    /// Its floats; nil if it has other numbers.
    var floats: [Float]? { type == .float32 ? elements(Float.self) : nil }

    private func elements<Element: BitwiseCopyable>(_: Element.Type) -> [Element] {
        bytes.withUnsafeBytes { bytes in
            (0..<bytes.count / MemoryLayout<Element>.stride).map {
                bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Element>.stride, as: Element.self)
            }
        }
    }

    // MARK: Decoding

    private static func bytes<Element: BitwiseCopyable>(_ elements: [Element]) -> [UInt8] {
        elements.withUnsafeBytes { [UInt8]($0) }
    }

    private static func raw(_ bytes: [UInt8], _ type: TensorElementType) -> [UInt8] {
        bytes.withUnsafeBytes { raw in
            func all<From: BitwiseCopyable, To: BitwiseCopyable>(_: From.Type, _ change: (From) -> To) -> [UInt8] {
                let size = MemoryLayout<From>.stride
                return Self.bytes(
                    (0..<raw.count / size).map {
                        change(raw.loadUnaligned(fromByteOffset: $0 * size, as: From.self))
                    })
            }
            return switch type {
            case .float16: Self.bytes(HalfPrecision.floats(ofHalf: raw))
            case .bfloat16: Self.bytes(HalfPrecision.floats(ofBrain: raw))
            case .double: all(Double.self) { Float($0) }
            case .uint16: all(UInt16.self) { Int32($0) }
            case .uint32: all(UInt32.self) { Int64($0) }
            default: bytes
            }
        }
    }

    /// Elements in the field for their type.
    private static func typed(_ tensor: Wire.OnnxTensor, _ type: TensorElementType) -> [UInt8] {
        switch type {
        case .float: bytes(tensor.floatData)
        case .double: bytes(tensor.doubleData.map { Float($0) })
        case .int64: bytes(tensor.int64Data)
        case .uint32, .uint64: bytes(tensor.uint64Data.map { Int64(truncatingIfNeeded: $0) })
        case .float16:
            bytes(tensor.int32Data.map { UInt16(truncatingIfNeeded: $0) }).withUnsafeBytes {
                bytes(HalfPrecision.floats(ofHalf: $0))
            }
        case .bfloat16:
            bytes(tensor.int32Data.map { UInt16(truncatingIfNeeded: $0) }).withUnsafeBytes {
                bytes(HalfPrecision.floats(ofBrain: $0))
            }
        case .int8, .uint8, .bool: tensor.int32Data.map { UInt8(truncatingIfNeeded: $0) }
        case .int16: bytes(tensor.int32Data.map { Int16(truncatingIfNeeded: $0) })
        default: bytes(tensor.int32Data)
        }
    }
}

extension TensorElementType {
    /// The corresponding type in TorchScript; nil if there is none.
    var torchType: TensorType? {
        switch self {
        case .float, .float16, .bfloat16, .double: .float32
        case .int64, .uint32, .uint64: .int64
        case .int32, .uint16: .int32
        case .int16: .int16
        case .int8: .int8
        case .uint8: .uint8
        case .bool: .bool
        default: nil
        }
    }
}

extension TensorType {
    /// The number of the type in libtorch.
    var torchNumber: Int {
        switch self {
        case .uint8: 0
        case .int8: 1
        case .int16: 2
        case .int32: 3
        case .int64: 4
        case .bool: 11
        default: 6
        }
    }
}
