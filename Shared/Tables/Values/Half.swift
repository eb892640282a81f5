import Foundation

/// 16-bit floating-point numbers.
enum Half {
    /// The value of an IEEE 754 half-precision number.
    static func value(_ bits: UInt16) -> Float {
        let sign: Float = bits >> 15 == 1 ? -1 : 1
        let (exponent, fraction) = (Int(bits >> 10 & 31), Float(bits & 1_023))
        if exponent == 0 { return sign * fraction * exp2(-24) }
        if exponent == 31 { return fraction == 0 ? sign * .infinity : .nan }
        return sign * (1 + fraction / 1_024) * exp2(Float(exponent - 15))
    }
}
