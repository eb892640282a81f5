package import Brain
import Model
package import Schema

/// The files of an atlas one after the other, as they are sent beside a message.
public enum AtlasTransfer {
    /// The most bytes that an atlas may have in its compact form: what fits into one attachment.
    public static let largest = 8 << 20

    /// The message and the bytes beside it.
    /// - Throws: `Failure` with code `invalid-argument` if the atlas is too large.
    package static func pack(_ files: AtlasFiles) throws -> (message: Wire.AtlasMessage, bytes: [UInt8]) {
        let texts = AtlasFiles.compactNames.compactMap { name in files.texts[name].map { (name, Array($0.utf8)) } }
        let bytes = texts.flatMap(\.1)
        guard bytes.count <= largest else {
            throw Failure(
                .invalidArgument, "The atlas has \(bytes.count) bytes in its compact form; at most \(largest) are kept."
            )
        }
        let message = Wire.AtlasMessage(
            files: texts.map { Wire.AtlasFile(name: $0.0, bytes: UInt32($0.1.count)) },
            digest: files.digest.hexadecimal)
        return (message, bytes)
    }

    /// The files that were sent.
    /// - Throws: `Failure` with code `corrupt` if message and bytes do not fit.
    package static func unpack(_ message: Wire.AtlasMessage, _ bytes: [UInt8]) throws -> AtlasFiles {
        var texts: [String: String] = [:]
        var rest = bytes[...]
        for file in message.files {
            guard file.bytes <= rest.count, let text = String(validating: rest.prefix(Int(file.bytes)), as: UTF8.self)
            else {
                throw Failure(.corrupt, "The atlas was cut short or is no text, at its file '\(file.name.prefix(80))'.")
            }
            guard AtlasFiles.compactNames.contains(file.name), texts.updateValue(text, forKey: file.name) == nil else {
                throw Failure(.corrupt, "The atlas has a file '\(file.name.prefix(80))' that does not belong there.")
            }
            rest = rest.dropFirst(Int(file.bytes))
        }
        return AtlasFiles(texts)
    }
}

extension AtlasChange {
    /// The change that was received.
    package init(_ wire: Wire.AtlasChange) {
        let totals = wire.totals.map(Int.init)
        self.init(
            what: wire.what, count: Int(wire.count), added: wire.added, removed: wire.removed, changed: wire.changed,
            totals: totals.count == 3 ? totals : nil)
    }
}

extension Wire.AtlasChange {
    /// The change as it is sent.
    package init(_ change: AtlasChange) {
        self.init(
            what: change.what, count: UInt32(clamping: change.count), added: change.added, removed: change.removed,
            changed: change.changed, totals: change.totals.map { UInt32(clamping: $0) })
    }
}
