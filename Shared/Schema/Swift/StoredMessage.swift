import CProtobufC
import CSchema
import Model

/// A message that can be moved out of and into the C struct that protoc-c generated for it.
protocol StoredMessage: WireMessage {
    associatedtype Stored

    /// Initializes a C struct, which also tells protobuf-c its type.
    static func prepare(_ c: UnsafeMutablePointer<Stored>)

    /// Copies the fields out of a C struct.
    init(stored c: UnsafePointer<Stored>) throws

    /// Fills a C struct; what it points to lives in the arena.
    func store(in c: UnsafeMutablePointer<Stored>, arena: inout Arena) throws
}

extension Wire {
    static func decode<Message: StoredMessage>(_ bytes: UnsafeRawBufferPointer) throws -> Message {
        let descriptor = withUnsafeTemporaryAllocation(of: Message.Stored.self, capacity: 1) { scratch in
            scratch.baseAddress.flatMap { c in
                Message.prepare(c)
                return UnsafeRawPointer(c).assumingMemoryBound(to: ProtobufCMessage.self).pointee.descriptor
            }
        }
        let data = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
        guard let message = protobuf_c_message_unpack(descriptor, nil, bytes.count, data) else {
            throw Model.Failure(
                .corrupt,
                "\(bytes.count) bytes were received as '\(Message.self)' but are not a valid message of this type.")
        }
        defer { protobuf_c_message_free_unpacked(message, nil) }
        return try Message(stored: UnsafeRawPointer(message).assumingMemoryBound(to: Message.Stored.self))
    }

    static func encode<Message: StoredMessage>(
        _ message: Message, allocating allocate: (Int) throws -> UnsafeMutableRawBufferPointer
    ) throws {
        var arena = Arena()
        let c = try arena.stored(message)
        let base = UnsafeRawPointer(c).assumingMemoryBound(to: ProtobufCMessage.self)
        let size = protobuf_c_message_get_packed_size(base)
        let target = try allocate(size)
        precondition(target.count >= size, "The memory for an encoded message is too small.")
        guard size > 0 else { return }
        protobuf_c_message_pack(base, target.assumingMemoryBound(to: UInt8.self).baseAddress)
    }
}

// MARK: - Reading C fields

extension Wire {
    static func text(_ c: UnsafePointer<CChar>?, _ field: StaticString) throws -> String {
        guard let c else { return "" }
        guard let text = String(validatingCString: c) else {
            throw Model.Failure(.corrupt, "The field '\(field)' of a message is not UTF-8.")
        }
        return text
    }

    static func texts(
        _ count: Int, _ c: UnsafePointer<UnsafeMutablePointer<CChar>?>?, _ field: StaticString
    ) throws -> [String] {
        try UnsafeBufferPointer(start: c, count: count).map { try text($0, field) }
    }

    static func bytes(_ c: ProtobufCBinaryData) -> [UInt8] {
        Array(UnsafeBufferPointer(start: c.data, count: c.len))
    }

    static func manyBytes(_ count: Int, _ c: UnsafePointer<ProtobufCBinaryData>?) -> [[UInt8]] {
        UnsafeBufferPointer(start: c, count: count).map(bytes)
    }

    static func numbers<Number>(_ count: Int, _ c: UnsafePointer<Number>?) -> [Number] {
        Array(UnsafeBufferPointer(start: c, count: count))
    }

    static func booleans(_ count: Int, _ c: UnsafePointer<protobuf_c_boolean>?) -> [Bool] {
        UnsafeBufferPointer(start: c, count: count).map { $0 != 0 }
    }

    static func message<Message: StoredMessage>(_ c: UnsafePointer<Message.Stored>?) throws -> Message? {
        try c.map(Message.init(stored:))
    }

    static func messages<Message: StoredMessage>(
        _ count: Int, _ c: UnsafePointer<UnsafeMutablePointer<Message.Stored>?>?
    ) throws -> [Message] {
        try UnsafeBufferPointer(start: c, count: count).compactMap { try message($0) }
    }
}
