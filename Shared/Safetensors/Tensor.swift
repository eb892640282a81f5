import Model

/// A tensor with its bytes, ready to be written.
public struct Tensor: Hashable, Sendable {
    /// Its name in the file.
    public let name: String
    /// Type of its elements.
    public let type: TensorType
    /// Size along each dimension; empty for a single number.
    public let shape: [Int]
    /// The elements, row by row, little-endian.
    public let bytes: [UInt8]

    /// Takes a tensor's bytes.
    /// - Throws: `Failure` unless there are exactly as many bytes as type and shape need.
    public init(_ name: String, _ type: TensorType, shape: [Int], bytes: [UInt8]) throws {
        guard let needed = type.byteCount(of: shape), needed == bytes.count else {
            throw Failure(
                .invalidArgument,
                "Tensor '\(name)' has \(bytes.count) bytes, which does not fit type \(type.rawValue) and shape "
                    + "\(shape)."
            )
        }
        guard name != TensorEntry.metadataKey else {
            throw Failure(.invalidArgument, "A tensor cannot be named '\(name)': the file format reserves that name.")
        }
        self.name = name
        self.type = type
        self.shape = shape
        self.bytes = bytes
    }

    /// Takes numbers as a tensor.
    /// - Throws: `Failure` unless there are exactly as many numbers as the shape needs.
    public init<Element: TensorElement>(_ name: String, shape: [Int], _ elements: [Element]) throws {
        try self.init(name, Element.tensorType, shape: shape, bytes: elements.withUnsafeBytes { [UInt8]($0) })
    }
}

/// A tensor that is written in pieces, so that it can be larger than memory.
public struct TensorPieces {
    /// Its name in the file.
    public let name: String
    /// Type of its elements.
    public let type: TensorType
    /// Size along each dimension.
    public let shape: [Int]
    /// Passes its bytes, little-endian, piece by piece.
    public let write: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void

    /// Describes a tensor.
    public init(
        _ name: String, _ type: TensorType, shape: [Int],
        write: @escaping ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) {
        self.name = name
        self.type = type
        self.shape = shape
        self.write = write
    }

    var byteCount: Int { type.byteCount(of: shape) ?? 0 }
}

/// The location of a tensor in an opened file.
public struct TensorEntry: Hashable, Sendable {
    static let metadataKey = "__metadata__"

    /// Its name, unique in the file.
    public let name: String
    /// Type of its elements.
    public let type: TensorType
    /// Size along each dimension; empty for a single number.
    public let shape: [Int]
    /// Its bytes, counted from the end of the header.
    public let byteRange: Range<Int>
}

/// A number type that has a tensor type of the same layout in memory.
public protocol TensorElement: BitwiseCopyable {
    /// The tensor type of that layout.
    static var tensorType: TensorType { get }
}

extension Float: TensorElement {
    /// 32-bit floating point.
    public static var tensorType: TensorType { .float32 }
}

extension Double: TensorElement {
    /// 64-bit floating point.
    public static var tensorType: TensorType { .float64 }
}

extension Int32: TensorElement {
    /// 32-bit integer.
    public static var tensorType: TensorType { .int32 }
}

extension Int64: TensorElement {
    /// 64-bit integer.
    public static var tensorType: TensorType { .int64 }
}

extension UInt8: TensorElement {
    /// Unsigned 8-bit integer.
    public static var tensorType: TensorType { .uint8 }
}

extension TensorType {
    /// Bytes of a whole tensor; `nil` if the shape is invalid.
    func byteCount(of shape: [Int]) -> Int? {
        var total = byteCount
        for dimension in shape {
            let (product, overflow) = total.multipliedReportingOverflow(by: dimension)
            guard dimension >= 0, !overflow else { return nil }
            total = product
        }
        return total
    }
}
