import CZeroMQ
import Glibc

/// Decides when the memory of unfinished messages must be reclaimed.
///
/// libzmq keeps the frames of a message until the last one has arrived, does not report them, and limits the size of
/// each frame but not their number. So a peer that never ends a message shows only as growth of the process. The growth
/// does not reveal its cause: connections are cut, and honest clients reconnect. If that does not help, the cause was
/// something else.
struct MemoryGuard {
    enum Verdict { case fine, cutSilent, cutAll }

    /// How often to check a process that grows; what arrives in between adds to the allowance.
    static let interval = Duration.milliseconds(250)
    /// How often to check a process that does not grow, so that an idle one rarely wakes.
    static let calmInterval = Duration.seconds(1)
    /// Growth between two checks from which on a process counts as growing.
    private static let growth = 1 << 20

    private let allowance: Int
    private var least: Int?
    private var last = 0
    /// Time until the next check.
    private(set) var pause = MemoryGuard.interval
    private var strikes = 0

    /// - Parameter allowance: How many bytes the process may grow beyond its minimum so far.
    init(allowance: Int) { self.allowance = allowance }

    /// What to do about the current memory of the process.
    mutating func judge(resident: Int) -> Verdict {
        pause = resident > last + Self.growth ? Self.interval : Self.calmInterval
        last = resident
        let base = min(least ?? resident, resident)
        least = base
        guard resident - base > allowance else {
            strikes = 0
            return .fine
        }
        pause = Self.interval
        strikes += 1
        switch strikes {
        case 1: return .cutSilent
        case 2: return .cutAll
        default:
            // Nothing is connected anymore, so this is what the service itself needs.
            least = resident
            strikes = 0
            return .fine
        }
    }

    /// Resident bytes of this process; 0 if the system does not report them.
    static func residentBytes() -> Int {
        let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        var text = [UInt8](repeating: 0, count: 128)
        let count = read(descriptor, &text, text.count)
        let fields = text.prefix(max(0, count)).split(separator: UInt8(ascii: " "))
        guard fields.count > 1, let pages = Int(String(decoding: fields[1], as: UTF8.self)) else { return 0 }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }

    /// Returns the memory of freed messages to the system.
    static func giveBack() { malloc_trim(0) }
}
