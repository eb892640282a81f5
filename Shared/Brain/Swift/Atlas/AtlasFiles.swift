public import Foundation
public import Model

/// An atlas as a folder of tables, the form in which it is shipped, imported, exported and stored.
///
/// | file | columns |
/// | --- | --- |
/// | `roi.tsv` | `roi_id name hemisphere mni_x mni_y mni_z`, and where known `lobe gyrus gyrus_name subregion
/// subregion_name yeo7_network` |
/// | `function.tsv`, `function_brainmap.tsv`, `function_term.tsv` | `function`, and where known `terms` or
/// `terms_used`, separated by bars |
/// | `roi_function.tsv`, `roi_function_brainmap.tsv`, `roi_function_term.tsv` | `roi_id function` with `strength`, or
/// `z log_odds`, or `forward_likelihood_ratio` |
/// | `coactivation.tsv` | `roi_a roi_b phi`: pairs of numbers |
/// | `coactivation_phi.tsv` | the same as a square of names |
/// | `word.tsv` | `word functions`: everyday words for functions, these separated by bars |
/// | `SOURCES.md` | where the data come from, and their licenses |
///
/// `roi.tsv` and one table of associations are required; if `word.tsv` is missing, the shipped words are used. Other
/// columns and files are ignored.
///
/// **Strength of an association.** Both sources give a ratio: how many times more likely a region is active when the
/// function is engaged. The strength is 1 − 1 / ratio, so from 0 (not more likely) toward 1. The ratio is BrainMap's
/// forward likelihood ratio or, for terms, the odds ratio at the lower end of its 90 % interval, exp(log odds · (1 −
/// 1.645 / z)), because a few studies easily give large ratios. If there are several, the largest counts.
///
/// **Strongest co-activations.** From a matrix of all pairs, each region keeps its 12 strongest partners with phi of at
/// least 0.1; a pair is kept if one of the two keeps it.
public struct AtlasFiles: Hashable, Sendable {
    /// Names of the files that hold an atlas in its compact form, in the order in which they are sent and stored.
    public static let compactNames = [
        "roi.tsv", "function.tsv", "roi_function.tsv", "coactivation.tsv", "word.tsv", "SOURCES.md",
    ]
    /// Maximum size of a file in bytes.
    public static let largestFile = 16 << 20

    static let functionNames = ["function.tsv", "function_brainmap.tsv", "function_term.tsv"]
    static let associationNames = ["roi_function.tsv", "roi_function_brainmap.tsv", "roi_function_term.tsv"]
    static let pairNames = ["coactivation.tsv", "coactivation_phi.tsv"]
    static let knownNames = Set(compactNames + functionNames + associationNames + pairNames)

    /// Texts of the files by name.
    public var texts: [String: String]
    /// Files of the folder that were ignored, by name.
    public private(set) var ignored: [String] = []

    /// Takes the texts of files by name.
    public init(_ texts: [String: String]) { self.texts = texts }

    /// Reads the files of a folder.
    /// - Throws: `Failure` with code `invalid-argument` if the folder or a file cannot be read.
    public init(folder: URL) throws {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        } catch {
            throw Failure(
                .invalidArgument,
                "Cannot read the folder \(folder.path): \(error.systemReason). Name one that holds roi.tsv "
                    + "and roi_function.tsv.")
        }
        texts = [:]
        for name in names where Self.knownNames.contains(name) {
            texts[name] = try Self.text(of: folder.appending(path: name))
        }
        ignored = names.filter { !Self.knownNames.contains($0) }
    }

    private static func text(of url: URL) throws -> String {
        let name = url.lastPathComponent
        let size = try? url.resourceValues(forKeys: [.fileSizeKey]).fileSize
        guard size ?? 0 <= largestFile else {
            throw Failure(
                .invalidArgument, "\(name): the file has \(size ?? 0) bytes; at most \(largestFile) are allowed.")
        }
        guard let bytes = try? Data(contentsOf: url), let text = String(data: bytes, encoding: .utf8) else {
            throw Failure(.invalidArgument, "\(name): the file is not UTF-8 text.")
        }
        return text
    }

    /// Writes the files to a folder, which is created if it is missing.
    public func write(to folder: URL) throws {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for (name, text) in texts {
                try Data(text.utf8).write(to: folder.appending(path: name), options: .atomic)
            }
        } catch {
            throw Failure(
                .unavailable, "Cannot write the atlas to \(folder.path): \(error.systemReason).")
        }
    }

    /// Identity of the texts, independent of the order of the files.
    public var digest: BlobDigest {
        let parts = texts.sorted { $0.key < $1.key }.flatMap { [$0.key, "\($0.value.utf8.count)", $0.value] }
        return BlobDigest(hashing: Array(parts.joined(separator: "\n").utf8))
    }
}
