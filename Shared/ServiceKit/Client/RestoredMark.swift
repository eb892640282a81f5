public import Foundation

/// A file in a service's folder which says that the folder was restored from a backup and not used since.
///
/// What the database says of places outside the folder held for the project that was backed up.
public enum RestoredMark {
    /// The file of a service's folder.
    public static func file(in directory: URL) -> URL { directory.appending(path: "restored") }
}
