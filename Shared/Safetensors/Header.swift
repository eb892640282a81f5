import Model

/// The header at the start of a file: its tensors and their positions.
struct Header {
    /// The reference implementation rejects longer headers, so nobody could read them.
    static let largestByteCount = 100_000_000

    var metadata: [String: String] = [:]
    /// The tensors in byte order.
    var entries: [TensorEntry] = []

    /// Reads a header and checks it against the number of bytes that follow it.
    init(parsing bytes: UnsafeRawBufferPointer, dataByteCount: Int) throws(HeaderError) {
        var scanner = HeaderScanner(bytes)
        var names: Set<String> = []
        try scanner.object { scanner, key throws(HeaderError) in
            guard names.insert(key).inserted else { throw HeaderError(field: key, "it occurs twice") }
            if key == TensorEntry.metadataKey {
                metadata = try Self.metadata(&scanner)
            } else {
                entries.append(try Self.entry(&scanner, name: key))
            }
        }
        try scanner.end()
        entries.sort { first, second in
            (first.byteRange.lowerBound, first.byteRange.upperBound)
                < (second.byteRange.lowerBound, second.byteRange.upperBound)
        }
        try checkCoverage(of: dataByteCount)
    }

    /// Checks that the tensors fill the data without gaps or overlaps, so that nothing can hide in a file.
    private func checkCoverage(of dataByteCount: Int) throws(HeaderError) {
        var covered = 0
        for entry in entries {
            let field = "\(entry.name).data_offsets"
            guard entry.byteRange.upperBound <= dataByteCount else {
                throw HeaderError(
                    field: field,
                    "it ends at byte \(entry.byteRange.upperBound) of the data, but there are only \(dataByteCount)")
            }
            guard entry.byteRange.lowerBound >= covered else {
                throw HeaderError(field: field, "it overlaps the tensor before it, which ends at byte \(covered)")
            }
            guard entry.byteRange.lowerBound == covered else {
                throw HeaderError(
                    field: field, "bytes \(covered) to \(entry.byteRange.lowerBound) before it belong to no tensor")
            }
            covered = entry.byteRange.upperBound
        }
        guard covered == dataByteCount else {
            throw HeaderError(field: "data", "bytes \(covered) to \(dataByteCount) at the end belong to no tensor")
        }
    }

    private static func metadata(_ scanner: inout HeaderScanner) throws(HeaderError) -> [String: String] {
        var metadata: [String: String] = [:]
        try scanner.object { scanner, key throws(HeaderError) in
            guard metadata[key] == nil else {
                throw HeaderError(field: "\(TensorEntry.metadataKey).\(key)", "it occurs twice")
            }
            metadata[key] = try scanner.string(field: "\(TensorEntry.metadataKey).\(key)")
        }
        return metadata
    }

    private static func entry(_ scanner: inout HeaderScanner, name: String) throws(HeaderError) -> TensorEntry {
        var typeName: String?
        var shape: [Int]?
        var offsets: [Int]?
        try scanner.object { scanner, key throws(HeaderError) in
            let field = "\(name).\(key)"
            switch key {
            case "dtype" where typeName == nil: typeName = try scanner.string(field: field)
            case "shape" where shape == nil: shape = try scanner.integers(field: field)
            case "data_offsets" where offsets == nil: offsets = try scanner.integers(field: field)
            case "dtype", "shape", "data_offsets": throw HeaderError(field: field, "it occurs twice")
            default: throw HeaderError(field: field, "a tensor has only dtype, shape and data_offsets")
            }
        }
        guard let typeName else { throw HeaderError(field: "\(name).dtype", "it is missing") }
        guard let type = TensorType(rawValue: typeName) else {
            throw HeaderError(field: "\(name).dtype", "type '\(typeName)' is unknown")
        }
        guard let shape else { throw HeaderError(field: "\(name).shape", "it is missing") }
        guard let offsets, offsets.count == 2, offsets[0] <= offsets[1] else {
            throw HeaderError(field: "\(name).data_offsets", "expected two ascending byte positions")
        }
        guard let needed = type.byteCount(of: shape), needed == offsets[1] - offsets[0] else {
            throw HeaderError(
                field: "\(name).data_offsets",
                "they span \(offsets[1] - offsets[0]) bytes, which does not fit type \(typeName) and shape \(shape)")
        }
        return TensorEntry(name: name, type: type, shape: shape, byteRange: offsets[0]..<offsets[1])
    }
}

/// An error in a header, with its position.
struct HeaderError: Error {
    let field: String
    let reason: String

    init(field: String, _ reason: String) {
        self.field = field
        self.reason = reason
    }
}
