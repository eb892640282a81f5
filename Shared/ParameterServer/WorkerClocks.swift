/// How many steps each worker has done, and when it was heard of: decides who must wait, and for whom.
///
/// Time comes in as the reading of a monotonic clock.
struct WorkerClocks {
    private struct Entry {
        var clock: Int
        var heard: Duration
        var isResting = false
    }

    private var entries: [String: Entry] = [:]
    private var joined: Set<String> = []
    private let expected: Int

    /// - Parameter expected: Workers that must have joined before anybody is ahead of nobody.
    init(expected: Int) { self.expected = expected }

    /// Workers that take part, by name.
    var workers: [String] { entries.keys.sorted() }

    /// Whether as many workers have joined as are needed to begin.
    var isComplete: Bool { joined.count >= expected }

    /// How many have joined, of those that are needed to begin.
    var arrivals: (joined: Int, expected: Int) { (joined.count, expected) }

    /// Steps that the slowest worker has done of those that do not rest; 0 until all that are needed have joined.
    var slowest: Int {
        guard isComplete else { return 0 }
        return entries.values.filter { !$0.isResting }.map(\.clock).min() ?? entries.values.map(\.clock).max() ?? 0
    }

    /// Workers that have done the fewest steps, by name.
    var stragglers: [String] { entries.filter { !$0.value.isResting && $0.value.clock == slowest }.keys.sorted() }

    /// Takes a worker in; a known one goes on where it was.
    /// - Returns: Steps that count as done by it.
    mutating func join(_ worker: String, clock: Int, at now: Duration) -> Int {
        joined.insert(worker)
        entries[worker, default: Entry(clock: clock, heard: now)].heard = now
        return entries[worker]?.clock ?? clock
    }

    /// Steps that a worker has done; nil where it takes no part.
    func clock(of worker: String) -> Int? { entries[worker]?.clock }

    /// Notes that a worker was heard of.
    mutating func hear(_ worker: String, at now: Duration) { entries[worker]?.heard = now }

    /// Notes whether a worker has nothing to do for now, so that nobody waits for it.
    mutating func setResting(_ isResting: Bool, _ worker: String) { entries[worker]?.isResting = isResting }

    /// Notes that a worker has done one more step.
    mutating func advance(_ worker: String) { entries[worker]?.clock += 1 }

    /// A worker takes part no longer.
    mutating func leave(_ worker: String) { entries[worker] = nil }

    /// Forgets workers that were silent for too long.
    /// - Returns: Their names.
    mutating func forgetSilent(for silence: Duration, at now: Duration) -> [String] {
        let lost = entries.filter { now - $0.value.heard >= silence }.keys.sorted()
        for worker in lost { entries[worker] = nil }
        return lost
    }
}
