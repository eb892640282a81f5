import CTorch

/// Memory in which tensors were.
public enum ComputeMemory {
    /// Gives the system back what freed tensors have left: networks of ever new shapes would leave ever more holes, until a
    /// worker that has done thousands of tasks is many times as large as one of them needs.
    public static func giveBack() { gyrus_release_memory() }
}
