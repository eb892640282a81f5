import CTorch

/// A value of one modality from a user's data, before it is prepared.
public enum RawValue: Hashable, Sendable {
    /// Pixels from 0 to 255, `[height, width, channels]`.
    case pixels([UInt8], shape: [Int])
    /// Samples of sound from −1 to 1, and the samples per second.
    case sound([Float], rate: Int)
    /// Token numbers.
    case tokens([Int32])
    /// Numbers with a shape; missing ones are NaN.
    case numbers([Float], shape: [Int])

    /// Passes the value to the C++ shim without copying.
    func withValue<Result>(_ body: (gyrus_raw_value) throws -> Result) throws -> Result {
        func lend<Element>(
            _ elements: [Element], _ element: gyrus_raw_element, _ shape: [Int], rate: Int = 0
        ) throws -> Result {
            try elements.withUnsafeBytes { bytes in
                try shape.map(Int64.init).withUnsafeBufferPointer { sizes in
                    try body(
                        gyrus_raw_value(
                            data: bytes.baseAddress, shape: sizes.baseAddress, rank: Int64(shape.count),
                            element: element, rate: Int64(rate)))
                }
            }
        }
        return switch self {
        case .pixels(let pixels, let shape): try lend(pixels, GYRUS_RAW_UINT8, shape)
        case .sound(let samples, let rate): try lend(samples, GYRUS_RAW_FLOAT32, [samples.count], rate: rate)
        case .tokens(let tokens): try lend(tokens, GYRUS_RAW_INT32, [tokens.count])
        case .numbers(let numbers, let shape): try lend(numbers, GYRUS_RAW_FLOAT32, shape)
        }
    }
}
