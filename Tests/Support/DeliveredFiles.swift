public import Foundation

/// The files of the folder `Compose`, which Gyrus comes with.
public enum DeliveredFiles {
    private static let compose = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Compose")
    /// The Compose file that the launcher uses where no other is named.
    public static let composeFile = compose.appending(path: "compose.yaml")
    /// The folder of scenarios.
    public static let scenarios = compose.appending(path: "scenarios")
}
