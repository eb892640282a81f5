public import Model

/// Real data on this machine, for tests that say so where there is none.
public enum RealData {
    /// Where it is looked for: `$GYRUS_DATA`, then `../shared/data`, then the user's cache.
    public static let locator = DataLocator()

    /// What a test says when it is skipped.
    public static let reason =
        "needs MNIST, FSDD and ESC-10; name the folder that holds them with $GYRUS_DATA"

    /// Whether all three sets of audio-visual MNIST are here.
    public static var isHere: Bool {
        ["mnist", "fsdd", "esc10"].allSatisfy { (try? locator.folder(of: $0)) != nil }
    }
}
