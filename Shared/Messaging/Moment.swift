import Glibc

/// A point on the monotonic clock, in nanoseconds; cheap enough to read once per turn of the loop.
struct Moment: Comparable, Hashable, Sendable {
    let nanoseconds: UInt64

    static var now: Moment {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Moment(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    static func < (left: Moment, right: Moment) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The moment after a duration; negative durations count as zero, huge ones as the end of time.
    func advanced(by duration: Duration) -> Moment {
        let added = UInt64(clamping: max(0, duration.nanoseconds))
        let (sum, overflows) = nanoseconds.addingReportingOverflow(added)
        return Moment(nanoseconds: overflows ? .max : sum)
    }

    /// The time from `earlier` until this moment, in milliseconds rounded up, never negative.
    func milliseconds(since earlier: Moment) -> UInt64 {
        self > earlier ? (nanoseconds - earlier.nanoseconds - 1) / 1_000_000 + 1 : 0
    }
}

extension Duration {
    /// Whole nanoseconds, clamped to 64 bits.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflows else { return seconds < 0 ? .min : .max }
        let (sum, overflowsToo) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflowsToo ? (seconds < 0 ? .min : .max) : sum
    }

    /// Whole milliseconds as sent on the wire, clamped to 32 bits.
    var wireMilliseconds: UInt32 { UInt32(clamping: nanoseconds / 1_000_000) }
}
