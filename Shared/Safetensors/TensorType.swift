/// The type of a tensor's elements, by its name in the file format.
public enum TensorType: String, Hashable, Sendable, CaseIterable {
    /// 64-bit floating point.
    case float64 = "F64"
    /// 32-bit floating point.
    case float32 = "F32"
    /// 16-bit floating point.
    case float16 = "F16"
    /// 16-bit floating point with the exponent of 32-bit.
    case bfloat16 = "BF16"
    /// 8-bit floating point with four bits of exponent.
    case float8E4M3 = "F8_E4M3"
    /// 8-bit floating point with five bits of exponent.
    case float8E5M2 = "F8_E5M2"
    /// Signed 64-bit integer.
    case int64 = "I64"
    /// Signed 32-bit integer.
    case int32 = "I32"
    /// Signed 16-bit integer.
    case int16 = "I16"
    /// Signed 8-bit integer.
    case int8 = "I8"
    /// Unsigned 64-bit integer.
    case uint64 = "U64"
    /// Unsigned 32-bit integer.
    case uint32 = "U32"
    /// Unsigned 16-bit integer.
    case uint16 = "U16"
    /// Unsigned 8-bit integer.
    case uint8 = "U8"
    /// One byte, 0 or 1.
    case bool = "BOOL"

    /// Bytes that one element takes.
    public var byteCount: Int {
        switch self {
        case .float64, .int64, .uint64: 8
        case .float32, .int32, .uint32: 4
        case .float16, .bfloat16, .int16, .uint16: 2
        case .float8E4M3, .float8E5M2, .int8, .uint8, .bool: 1
        }
    }
}
