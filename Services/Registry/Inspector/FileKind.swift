import Foundation
import Inspection
import Model

/// The kind of a file, determined by its content rather than its name.
enum FileKind: Equatable {
    case importable(Inspection.Format)
    /// A pickle; reading one runs any code it contains.
    case pickle
    case unknown(String)

    /// Number of bytes at the end of a zip file that are searched for its directory.
    private static let longestZipEnd = 8 << 20

    init(of file: URL) throws {
        guard let handle = try? FileHandle(forReadingFrom: file) else {
            throw Failure(.notFound, "Cannot open the file '\(file.path)'; check that it exists and is readable.")
        }
        defer { try? handle.close() }
        let head = [UInt8](try handle.read(upToCount: 16) ?? Data())
        if Self.isPointer(file) {
            self = .unknown(Self.pointer)
        } else if head.starts(with: [0x50, 0x4b, 3, 4]) {
            self = try Self.archive(handle)
        } else if head.count > 8, head[5..<8].allSatisfy({ $0 == 0 }), head[8] == UInt8(ascii: "{") {
            // Checked before the pickle, because the length of a header can look like the beginning of one.
            self = .importable(.safetensors)
        } else if head.count >= 2, head[0] == 0x80, (2...5).contains(head[1]) {
            self = .pickle
        } else if head.count > 2, head[0] == 0x08, file.pathExtension.lowercased() == "onnx" || head[2] >> 3 < 16 {
            // The first field of an ONNX file is its version; nothing else identifies the format.
            self = .importable(.onnx)
        } else if file.pathExtension == "weights" {
            // Only the name identifies these.
            self = .importable(.darknet)
        } else if Self.isXML(head) {
            self = .importable(.openVINO)
        } else {
            self = .unknown(Self.guess(head, file))
        }
    }

    /// PyTorch archives differ in content: `constants.pkl` and code, or only a pickle.
    private static func archive(_ handle: FileHandle) throws -> FileKind {
        let size = try handle.seekToEnd()
        let length = min(size, UInt64(longestZipEnd))
        try handle.seek(toOffset: size - length)
        let end = try handle.readToEnd() ?? Data()
        func holds(_ name: String) -> Bool { end.range(of: Data(name.utf8)) != nil }
        if holds("/constants.pkl") && holds("/code/") { return .importable(.torchScript) }
        return holds("data.pkl") ? .pickle : .unknown("a zip archive that contains no network")
    }

    /// Description of a Git LFS pointer, which stands in for the actual file.
    static let pointer = "a Git LFS pointer instead of the file itself; fetch the file with: git lfs pull"

    /// Whether the file is a Git LFS pointer.
    static func isPointer(_ file: URL) -> Bool {
        let beginning = "version https://git-lfs.github.com/spec/"
        let handle = try? FileHandle(forReadingFrom: file)
        defer { try? handle?.close() }
        return (try? handle?.read(upToCount: beginning.utf8.count)) == Data(beginning.utf8)
    }

    /// Allows a byte order mark and an XML declaration.
    private static func isXML(_ head: [UInt8]) -> Bool {
        let text = head.starts(with: [0xEF, 0xBB, 0xBF]) ? head.dropFirst(3) : head[...]
        return text.starts(with: Array("<?xml".utf8)) || text.starts(with: Array("<net ".utf8))
    }

    private static func guess(_ head: [UInt8], _ file: URL) -> String {
        let known: [([UInt8], String)] = [
            ([0x89, 0x48, 0x44, 0x46], "HDF5 (Keras)"), (Array("GGUF".utf8), "GGUF"),
        ]
        if let found = known.first(where: { head.starts(with: $0.0) }) { return found.1 }
        if head.count > 8, Array(head[4..<8]) == Array("TFL3".utf8) { return "TensorFlow Lite" }
        if file.pathExtension == "cfg" {
            return "possibly a Darknet structure; name its weights file instead"
        }
        if file.pathExtension == "bin" {
            return "possibly OpenVINO weights; name the structure file instead"
        }
        return head.isEmpty ? "an empty file" : "of unknown format"
    }
}
