import CZeroMQ
import Glibc

/// Decides when the memory of unfinished messages must be had back.
///
/// libzmq keeps the frames of a message until its last one has come, tells nobody of them, and limits each frame but not
/// their number. So a peer that never ends a message is seen by nothing but the growth of the process. This does not tell
/// what grows: connections are cut for it, which honest clients make anew, and where that does not help it was something
/// else.
struct MemoryGuard {
    enum Verdict { case fine, cutSilent, cutAll }

    /// How often to look; what comes in meanwhile adds to the allowance.
    static let interval = Duration.milliseconds(250)

    private let allowance: Int
    private var least: Int?
    private var strikes = 0

    /// - Parameter allowance: How many bytes the process may grow beyond the least it had.
    init(allowance: Int) { self.allowance = allowance }

    /// What to do about the memory that the process has.
    mutating func judge(resident: Int) -> Verdict {
        let base = min(least ?? resident, resident)
        least = base
        guard resident - base > allowance else {
            strikes = 0
            return .fine
        }
        strikes += 1
        switch strikes {
        case 1: return .cutSilent
        case 2: return .cutAll
        default:
            // Nothing is connected any more, so this is what the service itself needs.
            least = resident
            strikes = 0
            return .fine
        }
    }

    /// Bytes of this process that are in memory; 0 where the system does not tell.
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

    /// Gives the system back what freed messages have left.
    static func giveBack() { malloc_trim(0) }
}
