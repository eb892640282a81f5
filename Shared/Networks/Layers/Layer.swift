/// One layer of a network: what it computes, and from what.
public struct Layer: Hashable, Sendable {
    /// Name, unique in the network; dots make a hierarchy, such as `image.convolution1`.
    public var name: String
    /// What it computes.
    public var operation: Operation
    /// Names of the layers or network inputs that it reads.
    public var inputs: [String]

    /// Makes a layer.
    public init(_ name: String, _ operation: Operation, from inputs: [String]) {
        self.name = name
        self.operation = operation
        self.inputs = inputs
    }

    /// The largest size of a dimension.
    static let largestSide = 1 << 20

    /// Makes a layer with one input.
    public init(_ name: String, _ operation: Operation, from input: String) {
        self.init(name, operation, from: [input])
    }
}

/// A height and a width, such as those of a kernel; written as one number where both are equal.
public struct Extent: Hashable, Sendable, ExpressibleByIntegerLiteral {
    /// Rows.
    public var height: Int
    /// Columns.
    public var width: Int

    /// Makes an extent.
    public init(height: Int, width: Int) {
        self.height = height
        self.width = width
    }

    /// Makes a square.
    public init(_ side: Int) { self.init(height: side, width: side) }

    /// Makes a square.
    public init(integerLiteral side: Int) { self.init(side) }
}
