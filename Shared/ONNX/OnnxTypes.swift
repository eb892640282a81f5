import Schema

/// The types of settings that are of interest here.
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

    /// Name for people, such as `float`.
    var name: String { "\(self)" }

    /// Bytes of an element in `raw_data`; nil for texts, which are never there.
    var byteCount: Int? {
        switch self {
        case .uint8, .int8, .bool: 1
        case .uint16, .int16, .float16, .bfloat16: 2
        case .float, .int32, .uint32: 4
        case .int64, .uint64, .double, .complex64: 8
        case .complex128: 16
        case .string: nil
        }
    }

    /// Whether elements are numbers that a training would change.
    var isWeight: Bool { [.float, .double, .float16, .bfloat16].contains(self) }
}

extension Wire.OnnxTensor {
    /// Number of elements in the field of the tensor's type, where they are not raw bytes.
    func typedCount(_ type: TensorElementType) -> Int {
        switch type {
        case .float: floatData.count
        case .complex64: floatData.count / 2
        case .double: doubleData.count
        case .complex128: doubleData.count / 2
        case .int64: int64Data.count
        case .uint32, .uint64: uint64Data.count
        case .string: stringData.count
        case .int32, .uint8, .int8, .uint16, .int16, .bool, .float16, .bfloat16: int32Data.count
        }
    }

    /// Number of elements that the shape needs; nil where that is impossible.
    var elementCount: Int? {
        dims.reduce(1) { product, size in
            guard let product, size >= 0 else { return nil }
            let (next, overflow) = product.multipliedReportingOverflow(by: Int(size))
            return overflow ? nil : next
        }
    }
}
