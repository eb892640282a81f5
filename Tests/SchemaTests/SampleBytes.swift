import CProtobufC

@testable import Schema

/// Writes encoded messages with every field set, based on protobuf-c's descriptor of the type.
struct SampleBytes {
    private(set) var bytes: [UInt8] = []
    private var counter = 1

    /// The encoded form of a message in which no field has its default.
    static func of<Message: StoredMessage>(_ type: Message.Type) -> [UInt8] {
        var sample = SampleBytes()
        sample.append(fieldsOf: descriptor(of: type))
        return sample.bytes
    }

    static func descriptor<Message: StoredMessage>(of type: Message.Type) -> UnsafePointer<ProtobufCMessageDescriptor> {
        let scratch = UnsafeMutablePointer<Message.Stored>.allocate(capacity: 1)
        defer { scratch.deallocate() }
        Message.prepare(scratch)
        return UnsafeRawPointer(scratch).assumingMemoryBound(to: ProtobufCMessage.self).pointee.descriptor
    }

    private mutating func append(fieldsOf descriptor: UnsafePointer<ProtobufCMessageDescriptor>) {
        var groups: Set<UInt32> = []
        for field in UnsafeBufferPointer(start: descriptor.pointee.fields, count: Int(descriptor.pointee.n_fields)) {
            // Of a group of alternatives only one can be set.
            let isAlternative = field.flags & UInt32(PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue) != 0
            guard !isAlternative || groups.insert(field.quantifier_offset).inserted else { continue }
            let isRepeated = field.label == PROTOBUF_C_LABEL_REPEATED
            let values = (0..<(isRepeated ? 3 : 1)).map { _ in value(of: field) }
            if isRepeated, values[0].wireType != 2 {
                append(tag: field.id, wireType: 2)
                append(lengthOf: values.flatMap(\.bytes))
            } else {
                for value in values {
                    append(tag: field.id, wireType: value.wireType)
                    if value.wireType == 2 { append(lengthOf: value.bytes) } else { bytes += value.bytes }
                }
            }
        }
    }

    private mutating func value(of field: ProtobufCFieldDescriptor) -> (wireType: UInt64, bytes: [UInt8]) {
        counter += 1
        switch field.type {
        case PROTOBUF_C_TYPE_DOUBLE: return (1, withUnsafeBytes(of: Double(counter) / 3) { Array($0) })
        case PROTOBUF_C_TYPE_FLOAT: return (5, withUnsafeBytes(of: Float(counter) / 3) { Array($0) })
        case PROTOBUF_C_TYPE_STRING: return (2, Array("text \(counter) ü".utf8))
        case PROTOBUF_C_TYPE_BYTES: return (2, [0, 255, UInt8(truncatingIfNeeded: counter)])
        case PROTOBUF_C_TYPE_BOOL: return (0, [1])
        case PROTOBUF_C_TYPE_ENUM: return (0, Self.varint(UInt64(1 + counter % 3)))
        case PROTOBUF_C_TYPE_MESSAGE:
            var inner = SampleBytes()
            inner.counter = counter
            if let type = field.descriptor {
                inner.append(
                    fieldsOf: UnsafeRawPointer(type).assumingMemoryBound(to: ProtobufCMessageDescriptor.self))
            }
            return (2, inner.bytes)
        default: return (0, Self.varint(UInt64(counter * 997)))
        }
    }

    private mutating func append(tag: UInt32, wireType: UInt64) {
        bytes += Self.varint(UInt64(tag) << 3 | wireType)
    }

    private mutating func append(lengthOf content: [UInt8]) {
        bytes += Self.varint(UInt64(content.count)) + content
    }

    static func varint(_ value: UInt64) -> [UInt8] {
        var value = value
        var bytes: [UInt8] = []
        while value > 127 {
            bytes.append(UInt8(value & 127) | 128)
            value >>= 7
        }
        return bytes + [UInt8(value)]
    }
}
