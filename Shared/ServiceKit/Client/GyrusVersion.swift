/// The version of Gyrus that a program belongs to.
public enum GyrusVersion {
    /// The version of this program.
    ///
    /// Services and workers of different versions work together as long as they speak the same version of the wire
    /// protocol, which every request carries. A service rejects any other version with `unsupported-version`.
    public static let current = "0.1.0"
}
