public import Model

/// Real data on this machine; tests that need it are skipped if it is missing.
public enum RealData {
    /// Searched folders: `$GYRUS_DATA`, then `../shared/data`, then the user's cache.
    public static let locator = DataLocator()

    /// The reason that a skipped test prints.
    public static let reason =
        "needs MNIST, FSDD and ESC-10; name the folder that holds them with $GYRUS_DATA"

    /// Whether all three datasets of audio-visual MNIST are available.
    public static var isHere: Bool {
        ["mnist", "fsdd", "esc10"].allSatisfy { (try? locator.folder(of: $0)) != nil }
    }
}
