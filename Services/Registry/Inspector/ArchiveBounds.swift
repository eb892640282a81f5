import Foundation
import Model
import Tables

/// Limits on what an archive may hold, checked against its directory before any entry is expanded: a small file could
/// otherwise expand to any size, or have many entries that share the same bytes.
enum ArchiveBounds {
    /// Maximum number of bytes of all entries together.
    static let largest = 4 << 30
    /// Maximum size of all entries together, in multiples of the file's size, for content larger than `free`.
    static let ratio = 20
    /// Number of bytes that even the smallest file may expand to.
    static let free = 64 << 20

    /// Why an archive is not read; nil if it is within the limits.
    static func violation(of file: URL) throws -> String? {
        let packed = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int ?? 0
        var total = 0
        for entry in try ZipFile(file.path).entries {
            let (sum, overflows) = total.addingReportingOverflow(entry.size)
            total = overflows ? .max : sum
            guard total <= largest else {
                return
                    "its entries up to '\(entry.name)' declare \(ByteCount.text(UInt64(total))), more than the limit of"
                    + " \(ByteCount.text(UInt64(largest)))"
            }
        }
        guard total > free, total / ratio > packed else { return nil }
        return "its entries declare \(ByteCount.text(UInt64(total))), more than \(ratio) times the size of the file"
            + " (\(ByteCount.text(UInt64(packed))))"
    }
}
