/// Tracks how many steps each worker has done and when it was last heard from; decides who must wait, and for whom.
///
/// Times are readings of a monotonic clock.
struct WorkerClocks {
    private struct Entry {
        var clock: Int
        var heard: Duration
        var isResting = false
    }

    private var entries: [String: Entry] = [:]
    private var joined: Set<String> = []
    private let expected: Int

    /// - Parameter expected: Number of workers that must have joined before the slowest one counts.
    init(expected: Int) { self.expected = expected }

    /// Workers that take part, by name.
    var workers: [String] { entries.keys.sorted() }

    /// Whether enough workers have joined to start.
    var isComplete: Bool { joined.count >= expected }

    /// How many have joined, of those required to start.
    var arrivals: (joined: Int, expected: Int) { (joined.count, expected) }

    /// Steps done by the slowest worker that is not idle; 0 until all required workers have joined.
    var slowest: Int {
        guard isComplete else { return 0 }
        return entries.values.filter { !$0.isResting }.map(\.clock).min() ?? entries.values.map(\.clock).max() ?? 0
    }

    /// Workers that have done the fewest steps, by name.
    var stragglers: [String] { entries.filter { !$0.value.isResting && $0.value.clock == slowest }.keys.sorted() }

    /// Admits a worker; a known one continues where it was.
    /// - Returns: Number of steps that count as done by it.
    mutating func join(_ worker: String, clock: Int, at now: Duration) -> Int {
        joined.insert(worker)
        entries[worker, default: Entry(clock: clock, heard: now)].heard = now
        return entries[worker]?.clock ?? clock
    }

    /// Number of steps that a worker has done; nil if it does not take part.
    func clock(of worker: String) -> Int? { entries[worker]?.clock }

    /// Records that a worker was heard from.
    mutating func hear(_ worker: String, at now: Duration) { entries[worker]?.heard = now }

    /// Records whether a worker is idle, so that no other waits for it.
    mutating func setResting(_ isResting: Bool, _ worker: String) { entries[worker]?.isResting = isResting }

    /// Records that a worker has done one more step.
    mutating func advance(_ worker: String) { entries[worker]?.clock += 1 }

    /// Removes a worker that leaves.
    mutating func leave(_ worker: String) { entries[worker] = nil }

    /// Removes workers that were silent for too long.
    /// - Returns: Their names.
    mutating func forgetSilent(for silence: Duration, at now: Duration) -> [String] {
        let lost = entries.filter { now - $0.value.heard >= silence }.keys.sorted()
        for worker in lost { entries[worker] = nil }
        return lost
    }
}
