import Foundation
import Glibc

/// Measures what a training costs: this process's processor time, and its share of the machine's energy.
///
/// The machine counts the energy of everything that runs on it, so the energy between two readings is divided by processor
/// time. GPUs have other counters.
struct CostMeter {
    /// Processor time in seconds.
    struct Times: Hashable {
        /// Of this process.
        var own: Double
        /// Of everything on the machine.
        var machine: Double
    }

    /// Seconds of the machine's processor time between two readings, well above a clock tick.
    private static let interval = 0.1

    private let counters: EnergyCounters?
    private let times: () -> Times?
    private let start: Times?
    private var last: (times: Times, energy: [UInt64])?
    private var joules = 0.0

    /// Starts measuring.
    /// - Parameters:
    ///   - counters: The machine's energy counters, if any.
    ///   - times: The processor time so far.
    init(_ counters: EnergyCounters? = .machine, times: @escaping () -> Times? = Self.times) {
        self.counters = counters
        self.times = times
        start = times()
        if let start, let energy = counters?.values { last = (start, energy) }
    }

    /// Takes a reading. Counters wrap around within minutes, so readings must be more frequent.
    mutating func read() {
        guard let last, let counters, let now = times(), now.machine - last.times.machine >= Self.interval else {
            return
        }
        guard let energy = counters.values else {
            self.last = nil
            return
        }
        let share = min(1, (now.own - last.times.own) / (now.machine - last.times.machine))
        joules += counters.joules(from: last.energy, to: energy) * share
        self.last = (now, energy)
    }

    /// Processor seconds, and joules if the machine counts energy, since the start.
    var cost: (processorSeconds: Double?, joules: Double?) {
        (start.flatMap { start in times().map { $0.own - start.own } }, last == nil ? nil : joules)
    }

    /// The processor time of this process and of the machine so far.
    static func times() -> Times? {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let own = [usage.ru_utime, usage.ru_stime].map { Double($0.tv_sec) + Double($0.tv_usec) / 1e6 }.reduce(0, +)
        guard let text = try? String(contentsOfFile: "/proc/stat", encoding: .utf8),
            let line = text.split(separator: "\n").first
        else { return nil }
        // user, nice, system, idle, iowait, irq, softirq, steal; guests are part of user.
        let ticks = line.split(separator: " ").dropFirst().compactMap { Double($0) }
        guard ticks.count >= 7 else { return nil }
        let busy = ticks.prefix(8).reduce(0, +) - ticks[3] - ticks[4]
        return Times(own: own, machine: busy / Double(sysconf(Int32(_SC_CLK_TCK))))
    }
}
