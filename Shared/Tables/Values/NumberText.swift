import Glibc

/// Recognizes numbers as people write them in tables.
enum NumberText {
    /// The interpretation of a text as a number.
    enum Reading: Equatable {
        /// A number; `isWhole` if it consists only of digits and a sign.
        case number(Double, isWhole: Bool)
        /// Digits with leading zeros, such as `007`: a code in which zeros matter.
        case code
        /// Anything else.
        case other
    }

    private static let powers: [Double] = (0...22).map { pow(10, Double($0)) }

    /// Reads a text without surrounding blanks.
    /// - Parameter point: The decimal separator.
    static func read(_ text: UnsafeBufferPointer<UInt8>, point: UInt8 = UInt8(ascii: ".")) -> Reading {
        guard let start = text.baseAddress, text.count > 0, text.count <= 64 else { return .other }
        var (index, mantissa, digits, decimals) = (0, UInt64(0), 0, 0)
        let isNegative = start[0] == UInt8(ascii: "-")
        if isNegative || start[0] == UInt8(ascii: "+") { index = 1 }
        let first = index
        while index < text.count, start[index] &- 48 <= 9 {
            if digits < 19 { mantissa = mantissa &* 10 &+ UInt64(start[index] &- 48) }
            digits += 1
            index += 1
        }
        let whole = digits
        if index < text.count, start[index] == point {
            index += 1
            while index < text.count, start[index] &- 48 <= 9 {
                if digits < 19 { mantissa = mantissa &* 10 &+ UInt64(start[index] &- 48) }
                digits += 1
                decimals += 1
                index += 1
            }
        }
        guard digits > 0 else { return infinity(text, from: first, isNegative) }
        if index == text.count {
            if whole > 1 && start[first] == 48 { return .code }
            if digits < 16 {
                let value = Double(mantissa) / powers[min(decimals, 22)]
                return .number(isNegative ? -value : value, isWhole: decimals == 0 && start[index - 1] != point)
            }
            return exact(text, point, isWhole: decimals == 0)
        }
        guard start[index] | 32 == UInt8(ascii: "e"), index + 1 < text.count else { return .other }
        index += 1
        if start[index] == UInt8(ascii: "-") || start[index] == UInt8(ascii: "+") { index += 1 }
        guard index < text.count, text[index...].allSatisfy({ $0 &- 48 <= 9 }) else { return .other }
        return exact(text, point, isWhole: false)
    }

    private static func infinity(
        _ text: UnsafeBufferPointer<UInt8>, from first: Int, _ isNegative: Bool
    ) -> Reading {
        let word = String(decoding: text[first...], as: UTF8.self).lowercased()
        guard word == "inf" || word == "infinity" else { return .other }
        return .number(isNegative ? -.infinity : .infinity, isWhole: false)
    }

    private static func exact(_ text: UnsafeBufferPointer<UInt8>, _ point: UInt8, isWhole: Bool) -> Reading {
        let plain = String(decoding: text.map { $0 == point ? UInt8(ascii: ".") : $0 }, as: UTF8.self)
        return Double(plain).map { .number($0, isWhole: isWhole) } ?? .other
    }

    /// Whether a text means that the value is missing: empty, `NA`, `N/A`, `NaN`, `null` in any case, `?`.
    static func isMissing(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count <= 4 else { return false }
        func lower(_ index: Int) -> UInt8 { text[index] | 32 }
        switch text.count {
        case 0: return true
        case 1: return text[0] == UInt8(ascii: "?")
        case 2: return lower(0) == UInt8(ascii: "n") && lower(1) == UInt8(ascii: "a")
        case 3:
            guard lower(0) == UInt8(ascii: "n"), lower(2) == UInt8(ascii: "a") || lower(2) == UInt8(ascii: "n") else {
                return false
            }
            return lower(1) == UInt8(ascii: "a") && lower(2) == UInt8(ascii: "n")
                || text[1] == UInt8(ascii: "/") && lower(2) == UInt8(ascii: "a")
        default:
            return lower(0) == UInt8(ascii: "n") && lower(1) == UInt8(ascii: "u") && lower(2) == UInt8(ascii: "l")
                && lower(3) == UInt8(ascii: "l") || text.elementsEqual("#N/A".utf8)
        }
    }

    /// The text without surrounding blanks.
    static func trimmed(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        var (start, end) = (0, text.count)
        while start < end, text[start] == 32 || text[start] == 9 { start += 1 }
        while end > start, text[end - 1] == 32 || text[end - 1] == 9 { end -= 1 }
        return UnsafeBufferPointer(rebasing: text[start..<end])
    }

    /// A number as people write it: `3` rather than `3.0`.
    static func description(of number: Double) -> String {
        Int(exactly: number).map(String.init) ?? "\(number)"
    }
}
