import Schema

/// The types of attributes that are used here.
enum AttributeType: Int32 {
    case number = 1
    case integer = 2
    case text = 3
    case tensor = 4
    case graph = 5
    case integers = 7
    case graphs = 10
}

/// The types of elements of tensors.
enum TensorElementType: Int32 {
    case float = 1
    case uint8 = 2
    case int8 = 3
    case uint16 = 4
    case int16 = 5
    case int32 = 6
    case int64 = 7
    case string = 8
    case bool = 9
    case float16 = 10
    case double = 11
    case uint32 = 12
    case uint64 = 13
    case complex64 = 14
    case complex128 = 15
    case bfloat16 = 16
    case float8E4M3 = 17
    case float8E4M3Unsigned = 18
    case float8E5M2 = 19
    case float8E5M2Unsigned = 20
    case uint4 = 21
    case int4 = 22
    case float4E2M1 = 23
    case float8E8M0 = 24
    case uint2 = 25
    case int2 = 26

    /// Display name, such as `float`.
    var name: String { "\(self)" }

    /// Bits per element in `raw_data`; nil for texts, which are never there.
    var bitCount: Int? {
        switch self {
        case .uint2, .int2: 2
        case .uint4, .int4, .float4E2M1: 4
        case .uint8, .int8, .bool, .float8E4M3, .float8E4M3Unsigned, .float8E5M2, .float8E5M2Unsigned, .float8E8M0: 8
        case .uint16, .int16, .float16, .bfloat16: 16
        case .float, .int32, .uint32: 32
        case .int64, .uint64, .double, .complex64: 64
        case .complex128: 128
        case .string: nil
        }
    }

    /// Whether elements are numbers from a training: floats, or the few bits that remain of them when a network is
    /// quantized. Wider integers are shapes and indices.
    var isWeight: Bool {
        switch self {
        case .bool, .string, .complex64, .complex128: false
        case .uint16, .int16, .int32, .uint32, .int64, .uint64: false
        default: true
        }
    }
}

extension Wire.OnnxTensor {
    /// Number of values in the field for the tensor's type that an element count needs: elements below a byte share
    /// one.
    static func typedCount(of elements: Int, _ type: TensorElementType) -> Int {
        guard let bits = type.bitCount, bits < 8 else { return elements }
        return elements / (8 / bits) + (elements % (8 / bits) > 0 ? 1 : 0)
    }

    /// Number of values in the field for the tensor's type, if they are not raw bytes.
    func typedCount(_ type: TensorElementType) -> Int {
        switch type {
        case .float: floatData.count
        case .complex64: floatData.count / 2
        case .double: doubleData.count
        case .complex128: doubleData.count / 2
        case .int64: int64Data.count
        case .uint32, .uint64: uint64Data.count
        case .string: stringData.count
        case .int32, .uint8, .int8, .uint16, .int16, .bool, .float16, .bfloat16, .float8E4M3, .float8E4M3Unsigned,
            .float8E5M2, .float8E5M2Unsigned, .float8E8M0, .uint4, .int4, .float4E2M1, .uint2, .int2:
            int32Data.count
        }
    }

    /// Number of elements that the shape needs; nil if the shape is invalid.
    var elementCount: Int? { Self.elementCount(of: dims) }

    /// Number of elements of a shape; nil if the shape is invalid.
    static func elementCount(of dims: [Int64]) -> Int? {
        dims.reduce(1) { product, size in
            guard let product, size >= 0 else { return nil }
            let (next, overflow) = product.multipliedReportingOverflow(by: Int(size))
            return overflow ? nil : next
        }
    }
}
