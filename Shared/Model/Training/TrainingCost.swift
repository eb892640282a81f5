/// The cost of one or more trainings: time, processor time and energy. If several workers share a training, it is what the
/// first of them measured.
public struct TrainingCost: Hashable, Sendable {
    /// Name of the metric for the wall-clock time in seconds.
    public static let seconds = "seconds"
    /// Name of the metric for the processor time in seconds.
    public static let processorSeconds = "processor-seconds"
    /// Name of the metric for the energy of processors and memory in joules.
    public static let joules = "energy-joules"

    /// Number of trainings.
    public let trainings: Int
    /// Wall-clock time in seconds, added up over the trainings.
    public let seconds: Double
    /// Processor time in seconds; nil if it was not measured for all of them.
    public let processorSeconds: Double?
    /// Energy of processors and memory in joules; nil if it was not measured for all of them.
    public let joules: Double?

    /// Adds up the costs found in the metrics of trainings.
    public init(_ metrics: [[String: Double]]) {
        let measured = metrics.filter { $0[Self.seconds] != nil }
        func sum(_ name: String) -> Double? {
            measured.allSatisfy { $0[name] != nil } ? measured.reduce(0) { $0 + ($1[name] ?? 0) } : nil
        }
        trainings = measured.count
        seconds = sum(Self.seconds) ?? 0
        processorSeconds = sum(Self.processorSeconds)
        joules = sum(Self.joules)
    }
}
