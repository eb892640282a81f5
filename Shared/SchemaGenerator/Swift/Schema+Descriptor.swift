import CDescriptor
import CProtobufC

extension Schema {
    /// Reads what `protoc-c --descriptor_set_out --include_source_info` wrote.
    init(descriptorSet bytes: [UInt8]) throws {
        guard let set = google__protobuf__file_descriptor_set__unpack(nil, bytes.count, bytes) else {
            throw GeneratorError("The descriptor set that protoc-c wrote cannot be read.")
        }
        defer { google__protobuf__file_descriptor_set__free_unpacked(set, nil) }
        files = try elements(set.pointee.n_file, set.pointee.file).map(SchemaFile.init)
    }
}

extension SchemaFile {
    fileprivate init(_ file: Google__Protobuf__FileDescriptorProto) throws {
        let comments = Comments(file.source_code_info)
        stem = String(cString: file.name).replacing(".proto", with: "")
        package = String(cString: file.package)
        messages = try elements(file.n_message_type, file.message_type).enumerated().map { index, message in
            try SchemaMessage(message, path: [4, Int32(index)], comments: comments)
        }
        enums = elements(file.n_enum_type, file.enum_type).enumerated().map { index, type in
            SchemaEnum(type, path: [5, Int32(index)], comments: comments)
        }
    }
}

extension SchemaMessage {
    fileprivate init(_ message: Google__Protobuf__DescriptorProto, path: [Int32], comments: Comments) throws {
        let fields = try elements(message.n_field, message.field).enumerated().map { index, field in
            try SchemaField(field, path: path + [2, Int32(index)], comments: comments)
        }
        self.fields = fields
        name = String(cString: message.name)
        comment = comments[path]
        hasNestedTypes = message.n_nested_type + message.n_enum_type > 0
        oneofs = elements(message.n_oneof_decl, message.oneof_decl).enumerated().map { index, group in
            SchemaOneof(
                name: String(cString: group.name), comment: comments[path + [8, Int32(index)]],
                fields: fields.filter { $0.oneof == index })
        }
    }
}

extension SchemaField {
    fileprivate init(_ field: Google__Protobuf__FieldDescriptorProto, path: [Int32], comments: Comments) throws {
        name = String(cString: field.name)
        comment = comments[path]
        isRepeated = field.label == GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__LABEL__LABEL_REPEATED
        oneof = field.has_oneof_index != 0 ? Int(field.oneof_index) : nil
        kind = try Self.kind(field)
    }

    private static func kind(_ field: Google__Protobuf__FieldDescriptorProto) throws -> Kind {
        switch field.type.rawValue {
        case 1: .number(swift: "Double")
        case 2: .number(swift: "Float")
        case 3, 16, 18: .number(swift: "Int64")
        case 4, 6: .number(swift: "UInt64")
        case 5, 15, 17: .number(swift: "Int32")
        case 7, 13: .number(swift: "UInt32")
        case 8: .boolean
        case 9: .text
        case 11: .message(String(cString: field.type_name))
        case 12: .bytes
        case 14: .enumeration(String(cString: field.type_name))
        default:
            throw GeneratorError("Field '\(String(cString: field.name))' has a type that the generator does not know.")
        }
    }
}

extension SchemaEnum {
    fileprivate init(_ type: Google__Protobuf__EnumDescriptorProto, path: [Int32], comments: Comments) {
        name = String(cString: type.name)
        comment = comments[path]
        values = elements(type.n_value, type.value).enumerated().map { index, value in
            (String(cString: value.name), value.number, comments[path + [2, Int32(index)]])
        }
    }
}

/// The comments of a file by the path of what they describe, in the numbering of `SourceCodeInfo.Location`.
private struct Comments {
    private var byPath: [[Int32]: String] = [:]

    init(_ info: UnsafePointer<Google__Protobuf__SourceCodeInfo>?) {
        guard let info else { return }
        for location in elements(info.pointee.n_location, info.pointee.location) {
            guard let text = location.leading_comments else { continue }
            let path = UnsafeBufferPointer(start: location.path, count: location.n_path)
            byPath[Array(path)] = String(cString: text)
        }
    }

    subscript(path: [Int32]) -> String { byPath[path] ?? "" }
}

/// The elements of a repeated message field.
private func elements<Element>(_ count: Int, _ pointers: UnsafeMutablePointer<UnsafeMutablePointer<Element>?>?)
    -> [Element]
{
    UnsafeBufferPointer(start: pointers, count: count).compactMap { $0?.pointee }
}
