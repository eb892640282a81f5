import CProtobufC
import Model

/// Memory for the C form of one message, freed as a whole.
struct Arena: ~Copyable {
    private var blocks: [UnsafeMutableRawPointer] = []
    private var next: UnsafeMutableRawPointer?
    private var left = 0

    deinit {
        for block in blocks { block.deallocate() }
    }

    /// Uninitialized memory for `count` values, at least one byte.
    private mutating func allocate<Value>(_ count: Int, of type: Value.Type) -> UnsafeMutablePointer<Value> {
        let alignment = 16
        let needed = (max(1, count * MemoryLayout<Value>.stride) + alignment - 1) & ~(alignment - 1)
        if needed > left || next == nil {
            let size = max(4096, needed)
            let block = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: alignment)
            blocks.append(block)
            next = block
            left = size
        }
        let place = next ?? blocks[blocks.count - 1]
        next = place + needed
        left -= needed
        return place.bindMemory(to: Value.self, capacity: count)
    }

    private mutating func copy<Value: BitwiseCopyable>(_ values: [Value]) -> UnsafeMutablePointer<Value> {
        let target = allocate(values.count, of: Value.self)
        values.withUnsafeBufferPointer { source in
            guard let start = source.baseAddress else { return }
            target.initialize(from: start, count: source.count)
        }
        return target
    }
}

// MARK: - Writing C fields

extension Arena {
    mutating func stored<Message: StoredMessage>(_ message: Message) throws -> UnsafeMutablePointer<Message.Stored> {
        let c = allocate(1, of: Message.Stored.self)
        try message.store(in: c, arena: &self)
        return c
    }

    mutating func text(_ text: String, _ field: StaticString) throws -> UnsafeMutablePointer<CChar> {
        var text = text
        let count = text.utf8.count
        let target = allocate(count + 1, of: CChar.self)
        let hasNull = text.withUTF8 { utf8 in
            guard let start = utf8.baseAddress else { return false }
            UnsafeMutableRawPointer(target).copyMemory(from: start, byteCount: count)
            return utf8.contains(0)
        }
        target[count] = 0
        guard !hasNull else {
            // A C string ends there, so the rest would be lost silently.
            throw Failure(.invalidArgument, "The field '\(field)' contains the character NUL; remove it.")
        }
        return target
    }

    mutating func texts(
        _ texts: [String], _ field: StaticString
    ) throws -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) {
        var pointers: [UnsafeMutablePointer<CChar>?] = []
        pointers.reserveCapacity(texts.count)
        for text in texts { pointers.append(try self.text(text, field)) }
        return (texts.count, copy(pointers))
    }

    mutating func bytes(_ bytes: [UInt8]) -> ProtobufCBinaryData {
        ProtobufCBinaryData(len: bytes.count, data: copy(bytes))
    }

    mutating func manyBytes(_ values: [[UInt8]]) -> (Int, UnsafeMutablePointer<ProtobufCBinaryData>) {
        let target = allocate(values.count, of: ProtobufCBinaryData.self)
        for (index, value) in values.enumerated() { target[index] = bytes(value) }
        return (values.count, target)
    }

    mutating func numbers<Number: BitwiseCopyable>(_ numbers: [Number]) -> (Int, UnsafeMutablePointer<Number>) {
        (numbers.count, copy(numbers))
    }

    mutating func booleans(_ values: [Bool]) -> (Int, UnsafeMutablePointer<protobuf_c_boolean>) {
        (values.count, copy(values.map { $0 ? 1 : 0 }))
    }

    mutating func message<Message: StoredMessage>(_ message: Message?) throws -> UnsafeMutablePointer<Message.Stored>? {
        guard let message else { return nil }
        return try stored(message)
    }

    mutating func messages<Message: StoredMessage>(
        _ messages: [Message]
    ) throws -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<Message.Stored>?>) {
        let pointers = allocate(messages.count, of: UnsafeMutablePointer<Message.Stored>?.self)
        for (index, message) in messages.enumerated() { pointers[index] = try stored(message) }
        return (messages.count, pointers)
    }
}
