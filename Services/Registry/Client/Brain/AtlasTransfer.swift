package import Brain
import Model
package import Schema

/// The files of an atlas, concatenated as the attachment of a message.
public enum AtlasTransfer {
    /// Maximum size of an atlas in compact form in bytes: the size of one attachment.
    public static let largest = 8 << 20

    /// The message and its attachment.
    /// - Throws: `Failure` with code `invalid-argument` if the atlas is too large.
    package static func pack(_ files: AtlasFiles) throws -> (message: Wire.AtlasMessage, bytes: [UInt8]) {
        let texts = AtlasFiles.compactNames.compactMap { name in files.texts[name].map { (name, Array($0.utf8)) } }
        let bytes = texts.flatMap(\.1)
        guard bytes.count <= largest else {
            throw Failure(
                .invalidArgument, "The atlas takes \(bytes.count) bytes in compact form; the limit is \(largest)."
            )
        }
        let message = Wire.AtlasMessage(
            files: texts.map { Wire.AtlasFile(name: $0.0, bytes: UInt32($0.1.count)) },
            digest: files.digest.hexadecimal)
        return (message, bytes)
    }

    /// Decodes received files.
    /// - Throws: `Failure` with code `corrupt` if the message and the attachment do not match.
    package static func unpack(_ message: Wire.AtlasMessage, _ bytes: [UInt8]) throws -> AtlasFiles {
        var texts: [String: String] = [:]
        var rest = bytes[...]
        for file in message.files {
            guard file.bytes <= rest.count, let text = String(validating: rest.prefix(Int(file.bytes)), as: UTF8.self)
            else {
                throw Failure(.corrupt, "The atlas file '\(file.name.prefix(80))' is truncated or is not text.")
            }
            guard AtlasFiles.compactNames.contains(file.name), texts.updateValue(text, forKey: file.name) == nil else {
                throw Failure(.corrupt, "The atlas has an unexpected file '\(file.name.prefix(80))'.")
            }
            rest = rest.dropFirst(Int(file.bytes))
        }
        return AtlasFiles(texts)
    }
}

extension AtlasChange {
    /// Decodes a received change.
    package init(_ wire: Wire.AtlasChange) {
        let totals = wire.totals.map(Int.init)
        self.init(
            what: wire.what, count: Int(wire.count), added: wire.added, removed: wire.removed, changed: wire.changed,
            totals: totals.count == 3 ? totals : nil)
    }
}

extension Wire.AtlasChange {
    /// The change in wire form.
    package init(_ change: AtlasChange) {
        self.init(
            what: change.what, count: UInt32(clamping: change.count), added: change.added, removed: change.removed,
            changed: change.changed, totals: change.totals.map { UInt32(clamping: $0) })
    }
}
