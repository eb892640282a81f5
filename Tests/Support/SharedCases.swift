public import Foundation

/// Small inputs modeled on bug reports of similar programs; tests that need them are skipped if they are missing.
public enum SharedCases {
    /// Their folder: `$GYRUS_CASES`, else `shared/cases` next to the repository.
    public static let folder: URL = {
        if let given = ProcessInfo.processInfo.environment["GYRUS_CASES"] { return URL(filePath: given) }
        return URL(filePath: #filePath).appending(path: "../../../../shared/cases").standardizedFileURL
    }()

    /// The reason that a skipped test prints.
    public static let reason = "needs the cases of public reports; name the folder that holds them with $GYRUS_CASES"

    /// Whether they are available.
    public static var areHere: Bool { FileManager.default.fileExists(atPath: folder.appending(path: "README.md").path) }

    /// One of their files or folders.
    public static func file(_ path: String) -> URL { folder.appending(path: path) }
}
