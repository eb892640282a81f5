import Networks

/// A layer's outputs, inputs and costs.
struct DarknetLayer {
    /// Sizes of its output.
    let output: Volume
    /// Indices of the layers that it reads; −1 is the network's input.
    let sources: [Int]
    /// Number of its values in the weights file.
    var weights = 0
    /// Multiply-accumulate operations for one sample.
    var operations = 0

    /// Channels, height and width of a layer's output.
    struct Volume: Hashable {
        let channels: Int
        let height: Int
        let width: Int
    }
}

extension DarknetLayer {
    /// Reads a layer.
    /// - Parameter volumes: Sizes of the outputs of earlier layers; `volumes[0]` is the network's input.
    /// - Throws: `Failure` with file and line.
    init(_ section: DarknetSection, after volumes: [Volume]) throws {
        self = try Self.read(section, after: volumes)
        _ = try section.product(output.channels, output.height, output.width)
    }

    private static func read(_ section: DarknetSection, after volumes: [Volume]) throws -> Self {
        let before = volumes[volumes.count - 1]
        let last = volumes.count - 2
        switch section.kind {
        case "convolutional": return try Self.convolution(section, of: before, last)
        case "maxpool": return try Self.pooling(section, of: before, last)
        case "avgpool":
            return Self(output: Volume(channels: before.channels, height: 1, width: 1), sources: [last])
        case "upsample":
            let stride = try section.number("stride", default: 2)
            let output = Volume(
                channels: before.channels, height: try section.product(before.height, stride),
                width: try section.product(before.width, stride))
            return Self(output: output, sources: [last])
        case "route": return try Self.route(section, volumes)
        case "shortcut": return try Self.shortcut(section, volumes)
        case "connected": return try Self.connected(section, of: before, last)
        case "dropout", "softmax", "yolo", "region": return Self(output: before, sources: [last])
        default:
            throw section.fault(
                "[\(section.kind)] is unknown; supported are convolutional, connected, maxpool, avgpool, upsample, "
                    + "route, shortcut, dropout, softmax, yolo and region")
        }
    }

    private static func convolution(_ section: DarknetSection, of input: Volume, _ source: Int) throws -> Self {
        let filters = try section.number("filters", default: 1)
        let size = try section.number("size", default: 1)
        let stride = try section.number("stride", default: 1)
        let groups = try section.number("groups", default: 1)
        let padding =
            try section.number("pad", default: 0) > 0 ? size / 2 : try section.number("padding", default: 0)
        guard filters > 0, size > 0, stride > 0, groups > 0, input.channels % groups == 0, filters % groups == 0 else {
            throw section.fault(
                "\(filters) filters of size \(size), stride \(stride), in \(groups) groups do not fit \(input.channels)"
                    + " channels")
        }
        let output = Volume(
            channels: filters, height: try extent(input.height, section, size, stride, 2 * padding),
            width: try extent(input.width, section, size, stride, 2 * padding))
        let kernel = try section.product(input.channels / groups, size, size)
        let perFilter = try section.number("batch_normalize", default: 0) > 0 ? 4 : 1
        return Self(
            output: output, sources: [source], weights: try section.product(filters, kernel + perFilter),
            operations: try section.product(kernel, output.channels, output.height, output.width))
    }

    private static func pooling(_ section: DarknetSection, of input: Volume, _ source: Int) throws -> Self {
        let stride = try section.number("stride", default: 1)
        let size = try section.number("size", default: stride)
        let padding = try section.number("padding", default: max(size - 1, 0))
        guard size > 0, stride > 0 else { throw section.fault("size and stride of a pooling must be at least 1") }
        let output = Volume(
            channels: input.channels, height: try extent(input.height, section, size, stride, padding),
            width: try extent(input.width, section, size, stride, padding))
        return Self(output: output, sources: [source])
    }

    /// Height or width after a window is applied.
    private static func extent(
        _ length: Int, _ section: DarknetSection, _ size: Int, _ stride: Int, _ padding: Int
    ) throws -> Int {
        guard length + padding >= size else {
            throw section.fault("a window of \(size) is larger than its input of \(length)")
        }
        return (length + padding - size) / stride + 1
    }

    private static func connected(_ section: DarknetSection, of input: Volume, _ source: Int) throws -> Self {
        let outputs = try section.number("output", default: 1)
        let perOutput = try section.number("batch_normalize", default: 0) > 0 ? 4 : 1
        let elements = try section.product(input.channels, input.height, input.width)
        return Self(
            output: Volume(channels: outputs, height: 1, width: 1), sources: [source],
            weights: try section.product(outputs, elements + perOutput),
            operations: try section.product(outputs, elements))
    }

    private static func route(_ section: DarknetSection, _ volumes: [Volume]) throws -> Self {
        let sources = try section.numbers("layers").map { try index($0, section, volumes) }
        let groups = try section.number("groups", default: 1)
        let parts = sources.map { volumes[$0 + 1] }
        guard let first = parts.first, groups > 0,
            parts.allSatisfy({ $0.height == first.height && $0.width == first.width && $0.channels % groups == 0 })
        else {
            throw section.fault(
                "the layers of a route need the same height and width, and channels for \(groups) groups")
        }
        let channels = parts.reduce(0) { $0 + $1.channels / groups }
        return Self(
            output: Volume(channels: channels, height: first.height, width: first.width), sources: sources)
    }

    private static func shortcut(_ section: DarknetSection, _ volumes: [Volume]) throws -> Self {
        let others = try section.numbers("from").map { try index($0, section, volumes) }
        return Self(output: volumes[volumes.count - 1], sources: [volumes.count - 2] + others)
    }

    /// The layer with an absolute index, or with a negative one relative to this layer.
    private static func index(_ number: Int, _ section: DarknetSection, _ volumes: [Volume]) throws -> Int {
        let layer = number < 0 ? volumes.count - 1 + number : number
        guard (0..<volumes.count - 1).contains(layer) else {
            throw section.fault("layer \(number) does not come before this one")
        }
        return layer
    }
}
