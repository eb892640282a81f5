public import Foundation

/// Finds raw data on this machine.
///
/// Looks in the folder given (`--data`), then in `$GYRUS_DATA`, then in `../shared/data`, then in the user's cache
/// (`$XDG_CACHE_HOME/gyrus/data`, or `~/.cache/gyrus/data`). Each may hold a dataset in a folder of
/// its name, or a preset in one of the preset's folders.
public struct DataLocator: Sendable, Hashable {
    /// The folders to search, in order.
    public let folders: [String]

    /// Takes the folders from the command line and the environment.
    /// - Parameters:
    ///   - folder: The folder given with `--data`.
    ///   - environment: Environment variables.
    ///   - currentFolder: The folder to which `../shared/data` is relative.
    public init(
        folder: String? = nil, environment: [String: String] = ProcessInfo.processInfo.environment,
        currentFolder: String = FileManager.default.currentDirectoryPath
    ) {
        let given = [folder, environment["GYRUS_DATA"]].compactMap { $0 }.filter { !$0.isEmpty }
        folders =
            given
            + [URL(fileURLWithPath: currentFolder).deletingLastPathComponent().appending(path: "shared/data").path]
            + [CacheFolder.url(environment)?.appending(path: "data").path].compactMap { $0 }
    }

    /// The folder of a dataset.
    /// - Throws: `Failure` with code `not-found` that lists every folder tried.
    public func folder(of dataset: String) throws -> String {
        let names = Preset.all.first { $0.name == dataset }?.folders ?? [dataset]
        let places = folders.flatMap { folder in names.map { "\(folder)/\($0)" } }
        if let place = places.first(where: Self.isFolder) { return place }
        throw Failure(
            .notFound,
            "The dataset '\(dataset)' is not on this machine. Looked for a folder of that name in "
                + "\(places.joined(separator: ", ")). Name the folder that holds it with --data or $GYRUS_DATA, or let "
                + "Gyrus generate data.")
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
