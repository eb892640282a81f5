public import Foundation

/// The shipped files in the folder `Compose`.
public enum DeliveredFiles {
    private static let compose = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Compose")
    /// The default Compose file of the launcher.
    public static let composeFile = compose.appending(path: "compose.yaml")
    /// The folder of scenarios.
    public static let scenarios = compose.appending(path: "scenarios")
}
