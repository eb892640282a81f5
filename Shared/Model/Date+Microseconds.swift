public import struct Foundation.Date

extension Date {
    /// The time in the form that messages and databases use; times out of its range are clamped.
    public var microseconds: Int64 {
        let microseconds = (timeIntervalSince1970 * 1e6).rounded()
        return Int64(exactly: microseconds) ?? (microseconds < 0 ? .min : .max)
    }

    /// The time given in a message or a database row.
    public init(microseconds: Int64) {
        self.init(timeIntervalSince1970: Double(microseconds) / 1e6)
    }
}
