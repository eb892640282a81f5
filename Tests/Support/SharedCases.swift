public import Foundation

/// Small inputs made after what people reported of similar programs, for tests that say so where there are none.
public enum SharedCases {
    /// Where they are: `$GYRUS_CASES`, else `shared/cases` beside the repository.
    public static let folder: URL = {
        if let given = ProcessInfo.processInfo.environment["GYRUS_CASES"] { return URL(filePath: given) }
        return URL(filePath: #filePath).appending(path: "../../../../shared/cases").standardizedFileURL
    }()

    /// What a test says when it is skipped.
    public static let reason = "needs the cases of public reports; name the folder that holds them with $GYRUS_CASES"

    /// Whether they are here.
    public static var areHere: Bool { FileManager.default.fileExists(atPath: folder.appending(path: "README.md").path) }

    /// A file or folder of theirs.
    public static func file(_ path: String) -> URL { folder.appending(path: path) }
}
