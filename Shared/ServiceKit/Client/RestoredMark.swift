public import Foundation

/// A file in a service's folder that marks it as restored from a backup and not used since.
///
/// Locations outside the folder that the database names belong to the project that was backed up.
public enum RestoredMark {
    /// The file in a service's folder.
    public static func file(in directory: URL) -> URL { directory.appending(path: "restored") }
}
