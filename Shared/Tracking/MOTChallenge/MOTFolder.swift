import Foundation
import Model

/// A folder with files of several sequences, either flat or in the layout of MOTChallenge.
///
/// A file of the sequence `S` is `S/gt/gt.txt` (with detections `S/det/det.txt`), or simply `S.txt`.
public struct MOTFolder: Sendable {
    /// The folder.
    public let path: String
    /// The kind of its files.
    public let kind: MOTFile.Kind
    /// Files by the names of their sequences.
    public let files: [String: String]

    /// Looks for files.
    /// - Parameter part: Name of the nested files and their folder instead of the usual one, such as `det-acf`: for
    ///   `S/det-acf/det.txt`.
    /// - Throws: `Failure` with code `not-found` if the folder has none.
    public init(_ path: String, of kind: MOTFile.Kind, part: String? = nil) throws {
        self.path = path
        self.kind = kind
        var files: [String: String] = [:]
        let nested = kind == .groundTruth ? "gt/gt.txt" : "\(part ?? "det")/det.txt"
        for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] {
            if name.hasPrefix(".") { continue }
            let inside = "\(path)/\(name)/\(nested)"
            if name.hasSuffix(".txt") && part == nil {
                files[String(name.dropLast(4))] = "\(path)/\(name)"
            } else if FileManager.default.fileExists(atPath: inside) {
                files[name] = inside
            }
        }
        guard !files.isEmpty else {
            throw Failure(
                .notFound,
                "There is no \(kind.rawValue) in '\(path)': looked for SEQUENCE.txt and SEQUENCE/\(nested).")
        }
        self.files = files
    }

    /// Names of the sequences, sorted.
    public var sequences: [String] { files.keys.sorted() }

    /// The sequence with that name, or with the same number: `MOT17-02-FRCNN` shows the same as `MOT16-02`.
    public func sequence(like name: String) -> String? {
        if files[name] != nil { return name }
        func number(_ name: String) -> Substring? {
            let parts = name.split(separator: "-")
            return parts.count > 1 && Int(parts[1]) != nil ? parts[1] : nil
        }
        guard let wanted = number(name) else { return nil }
        let alike = sequences.filter { number($0) == wanted }
        return alike.count == 1 ? alike[0] : nil
    }

    /// Reads the file of a sequence.
    /// - Throws: `Failure` with code `not-found` that lists the existing sequences.
    public func file(of sequence: String) throws -> MOTFile {
        guard let file = files[sequence] else {
            throw Failure(
                .notFound,
                "'\(path)' has no \(kind.rawValue) of the sequence '\(sequence)'; it has "
                    + "\(sequences.joined(separator: ", ")). Choose sequences with --sequences.")
        }
        return try MOTFile(contentsOf: file, as: kind)
    }

    /// The content of `seqinfo.ini` in the sequence's folder; nil if there is none.
    public func information(of sequence: String) throws -> SequenceInformation? {
        let file = "\(path)/\(sequence)/seqinfo.ini"
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        return try SequenceInformation(contentsOf: file)
    }
}
