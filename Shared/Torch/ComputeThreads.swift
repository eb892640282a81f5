import CTorch
import Glibc
import Model
import Synchronization

/// How many threads a computation uses.
public enum ComputeThreads {
    private static let setting = Atomic<Int32>(1)

    /// Number of threads for each computation of this process from now on; one unless set. More threads than free cores
    /// slow every step, because libtorch's threads spin while they wait.
    public static var count: Int {
        get { Int(setting.load(ordering: .relaxed)) }
        set { setting.store(Int32(clamping: max(1, newValue)), ordering: .relaxed) }
    }

    private static let loaderSetting = Atomic<Int32>(-1)

    /// Number of threads that gather mini-batches ahead of time; nil lets the device decide: two for a GPU, none for a
    /// CPU, whose cores are needed for computing.
    public static var loaders: Int? {
        get {
            let count = loaderSetting.load(ordering: .relaxed)
            return count < 0 ? nil : Int(count)
        }
        set { loaderSetting.store(Int32(clamping: newValue ?? -1), ordering: .relaxed) }
    }

    static func loaders(on device: ComputeDevice) -> Int { loaders ?? (device.kind == .gpu ? 2 : 0) }

    private static let pace = Atomic<Int>(1_000)

    /// Share of the time in which this process computes; it rests for the remainder, so that a fast machine can
    /// simulate a slow one. From 0.01 to 1, the default.
    public static var share: Double {
        get { Double(pace.load(ordering: .relaxed)) / 1_000 }
        set { pace.store(Int(min(max(newValue, 0.01), 1) * 1_000), ordering: .relaxed) }
    }

    /// Runs a computation, and then rests as long as the share requires.
    static func paced<Result>(_ body: () throws -> Result) rethrows -> Result {
        let share = share
        guard share < 1 else { return try body() }
        let start = ContinuousClock.now
        let result = try body()
        let rest = (ContinuousClock.now - start) * (1 / share - 1)
        usleep(UInt32(clamping: Int64(rest / .microseconds(1))))
        return result
    }

    /// Version of libtorch in use.
    public static var torchVersion: String { String(cString: gyrus_torch_version()) }

    /// Applies the setting to the calling thread; called before each computation.
    package static func prepare() { gyrus_set_threads(setting.load(ordering: .relaxed)) }
}
