import CTorch
import Synchronization

/// How many threads a computation uses.
public enum ComputeThreads {
    private static let setting = Atomic<Int32>(1)

    /// Threads of each computation of this process from now on; one unless set. More than the free cores make every step
    /// slower, because libtorch's threads spin while they wait.
    public static var count: Int {
        get { Int(setting.load(ordering: .relaxed)) }
        set { setting.store(Int32(clamping: max(1, newValue)), ordering: .relaxed) }
    }

    /// Version of libtorch in use.
    public static var torchVersion: String { String(cString: gyrus_torch_version()) }

    /// Applies the setting to the calling thread; called before each computation.
    static func prepare() { gyrus_set_threads(setting.load(ordering: .relaxed)) }
}
