import CTorch

/// Memory of freed tensors.
public enum ComputeMemory {
    /// Returns the memory of freed tensors to the system. Otherwise networks of ever new shapes leave more and more
    /// holes, until a worker that has done thousands of tasks takes many times the memory that a task needs.
    public static func giveBack() { gyrus_release_memory() }
}
