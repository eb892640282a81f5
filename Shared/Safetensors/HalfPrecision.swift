/// Converts 16-bit floating-point numbers to 32 bits.
public enum HalfPrecision {
    /// Numbers of IEEE 754's half precision, one after another.
    public static func floats(ofHalf bytes: UnsafeRawBufferPointer) -> [Float] {
        numbers(in: bytes) { bits in
            let sign = UInt32(bits & 0x8000) << 16
            let (exponent, fraction) = (UInt32(bits >> 10) & 0x1F, UInt32(bits) & 0x3FF)
            switch exponent {
            case 0:
                let magnitude = Float(fraction) * 0x1p-24
                return sign == 0 ? magnitude : -magnitude
            case 0x1F: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
            default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
            }
        }
    }

    /// Numbers of bfloat16: the upper half of 32-bit ones.
    public static func floats(ofBrain bytes: UnsafeRawBufferPointer) -> [Float] {
        numbers(in: bytes) { Float(bitPattern: UInt32($0) << 16) }
    }

    private static func numbers(
        in bytes: UnsafeRawBufferPointer, _ convert: (UInt16) -> Float
    ) -> [Float] {
        (0..<bytes.count / 2).map {
            convert(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self)))
        }
    }
}
