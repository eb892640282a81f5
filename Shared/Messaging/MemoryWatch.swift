import Logging
import Model

/// Bounds the memory that unfinished messages use in a server, by cutting connections.
struct MemoryWatch: ~Copyable {
    private var memory: MemoryGuard
    private var connections: ConnectionTable
    private var next = Moment.now

    /// Watches a server's socket; `name` is unique within the context.
    init(of socket: borrowing Socket, name: String, in context: Context, allowance: Int) throws(Failure) {
        connections = try ConnectionTable(of: socket, name: name, in: context)
        memory = MemoryGuard(allowance: allowance)
    }

    /// Records that a whole message came.
    mutating func hear(_ frame: Frame, at now: Moment) { connections.hear(frame.source, at: now) }

    /// Checks the memory if it is time to, and cuts connections if there is too much: first those that have been silent
    /// since the last check, then all.
    mutating func look(_ now: Moment, _ plan: LoopPlan, _ logger: Logger) {
        connections.update(now, plan)
        guard now >= next else { return plan.wake(at: next) }
        let last = next
        let resident = MemoryGuard.residentBytes()
        let verdict = memory.judge(resident: resident)
        next = now.advanced(by: memory.pause)
        plan.wake(at: next)
        guard verdict != .fine else { return }
        let count = connections.cut(silentSince: verdict == .cutAll ? now : last)
        MemoryGuard.giveBack()
        logger.error(
            "the process has grown too much; cut connections",
            metadata: ["resident": "\(resident)", "connections": "\(count)"])
    }
}
