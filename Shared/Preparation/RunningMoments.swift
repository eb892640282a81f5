/// Mean and standard deviation of a stream of numbers (Welford 1962).
struct RunningMoments {
    private(set) var count = 0
    private(set) var mean = 0.0
    private var squares = 0.0

    mutating func add(_ value: Double) {
        count += 1
        let delta = value - mean
        mean += delta / Double(count)
        squares += delta * (value - mean)
    }

    /// Standard deviation; 1 if all numbers are equal.
    var deviation: Double {
        let deviation = (squares / Double(Swift.max(count, 1))).squareRoot()
        return deviation > 1e-12 * Swift.max(1, abs(mean)) ? deviation : 1
    }
}
