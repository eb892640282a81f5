import Confinement
import Foundation
import Inspection
import Media
import Model
import Preparation
import Tables
import Torch

/// A package, opened by a process that from then on can only read the package and the user's data, because a TorchScript
/// file is a program.
struct OpenedPackage {
    let package: NetworkPackage
    /// Tokenizes texts with programs that were started before; a confined process can start none.
    let tokenize: ValueReader.Tokenize

    /// Environment variable that allows running packages on a kernel that cannot confine them.
    static let override = "GYRUS_UNCONFINED_SERVING"
    /// What a kernel without support cannot do.
    static let danger = "keep a network's program from reading and writing arbitrary files"

    /// CPU time limit for all samples together: a week.
    private static let processorTime: UInt64 = 7 * 86_400
    /// Maximum size in bytes of a manifest.
    private static let largestManifest = 256 << 20

    /// Confines this process and opens a package. Must be called before any thread is started.
    /// - Parameters:
    ///   - data: Files and folders of the user's data; of a file, its folder is readable as well.
    init(_ path: String, reading data: [String], on options: PlaceOptions? = nil) throws {
        let file = URL(filePath: path)
        let tokenizers = try Tokenizer.all(of: Self.inputs(of: path))
        // libtorch finds the device before.
        let place = try options?.place ?? .current
        try InspectionLimits.apply(writes: false, seconds: Self.processorTime, memory: Self.memory(on: place))
        try Confinement.enter(
            reading: [file] + Self.folders(of: data), keepsOpenFiles: true, override: Self.override,
            danger: Self.danger)
        ComputeThreads.count = 1
        package = try NetworkPackage(loading: file, on: place)
        tokenize = { input, text in try tokenizers[input]?.tokens(of: text) ?? [] }
    }

    /// The inputs according to the manifest, read without running the package; none if it cannot be read, which opening it
    /// then reports.
    private static func inputs(of path: String) -> [String: DatasetManifest.Input] {
        guard let zip = try? ZipFile(path),
            let entry = zip.entries.first(where: { $0.name.hasSuffix("/extra/\(NetworkPackage.Extra.manifest)") }),
            let content = try? zip.content(of: entry, atMost: largestManifest),
            let manifest = try? DatasetManifest(json: String(decoding: content, as: UTF8.self))
        else { return [:] }
        return manifest.inputs
    }

    private static func folders(of data: [String]) -> [URL] {
        let folders = data.map { path in
            var isFolder: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            let url = URL(filePath: path)
            return exists && isFolder.boolValue ? url : url.deletingLastPathComponent()
        }
        return Array(Set(folders))
    }

    /// Maximum address space in bytes of a process that runs a package; nil for a GPU.
    static func memory(on place: ComputePlace) -> UInt64? {
        place.device == .cpu ? max(InspectionLimits.memory, ProcessInfo.processInfo.physicalMemory / 2) : nil
    }
}
