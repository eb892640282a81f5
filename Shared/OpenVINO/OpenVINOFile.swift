public import Foundation
import Model
public import Networks

/// An OpenVINO intermediate representation that was read and checked: structure (`.xml`) and weights (`.bin`).
///
/// Source: "Operation Sets in OpenVINO" and the IR format, versions 10 and 11, of OpenVINO's documentation.
public struct OpenVINOFile: Sendable {
    /// Maximum size of a structure in bytes.
    public static let largestStructure = 64 << 20
    /// Supported versions of the format.
    public static let versions = ["10", "11"]

    /// The graph.
    public let outline: NetworkOutline

    /// Reads both files, and checks that every layer reads existing layers without cycles, and that every constant has
    /// the bytes that its shape needs, as finite numbers.
    /// - Throws: `Failure` naming the file and the line or layer.
    public init(structure: URL, weights: URL) throws {
        guard let content = FileManager.default.contents(atPath: structure.path) else {
            throw Failure(.notFound, "Cannot open the file '\(structure.path)'; check that it exists and is readable.")
        }
        guard content.count <= Self.largestStructure else {
            throw Failure(
                .invalidArgument,
                "'\(structure.path)' has \(content.count) bytes; a structure may have at most \(Self.largestStructure)."
            )
        }
        let graph = try OpenVINOGraph(content, file: structure.path)
        guard Self.versions.contains(graph.version) else {
            throw Failure(
                .invalidArgument,
                "'\(structure.path)' has format version '\(graph.version)'; supported versions: "
                    + "\(Self.versions.joined(separator: ", ")).")
        }
        guard let values = try? Data(contentsOf: weights, options: .alwaysMapped) else {
            throw Failure(
                .notFound,
                "There is no '\(weights.path)', which should hold the weights for the structure of the same name.")
        }
        var builder = try OutlineBuilder(graph, structure: structure, constants: ConstantReader(values, weights.path))
        outline = try builder.outline()
        try outline.validate()
    }
}

/// Converts layers and edges to an outline, in which constants are the weights of the layers that read them.
private struct OutlineBuilder {
    private let graph: OpenVINOGraph
    private let structure: URL
    private let constants: ConstantReader
    private let layers: [String: OpenVINOGraph.Layer]
    /// Weights of layers that only read constants; none is a node.
    private var folded: [String: Int] = [:]

    init(_ graph: OpenVINOGraph, structure: URL, constants: ConstantReader) throws {
        self.graph = graph
        self.structure = structure
        self.constants = constants
        layers = try Dictionary(graph.layers.map { ($0.id, $0) }) { first, second in
            throw Failure(.invalidArgument, "\(structure.path):\(second.line): there is already a layer \(first.id).")
        }
    }

    mutating func outline() throws -> NetworkOutline {
        var nodes: [NetworkOutline.Node] = []
        var operations = 0
        let names = Dictionary(grouping: graph.layers, by: \.name)
        func name(_ layer: OpenVINOGraph.Layer) -> String {
            names[layer.name]?.count == 1 ? layer.name : "\(layer.name)#\(layer.id)"
        }
        for layer in try sorted() where !["Parameter", "Result"].contains(layer.kind) {
            let sources = graph.sources[layer.id] ?? []
            if layer.kind == "Const" {
                folded[layer.id] = try constants.weights(of: layer, structure.path)
                continue
            }
            let own = sources.reduce(0) { Self.bounded(Double($0) + Double(folded[$1] ?? 0)) }
            if !sources.isEmpty, sources.allSatisfy({ folded[$0] != nil }) {
                folded[layer.id] = own
                continue
            }
            // Constants with several readers are counted with the first one.
            for source in sources where folded[source] != nil { folded[source] = 0 }
            operations = Self.bounded(Double(operations) + Double(multiplications(of: layer)))
            nodes.append(
                .init(
                    name: name(layer), operation: layer.kind,
                    inputs: sources.filter { folded[$0] == nil }.compactMap { layers[$0].map(name) }, parameters: own))
        }
        return NetworkOutline(
            format: "openvino", name: graph.name,
            inputs: graph.layers.filter { $0.kind == "Parameter" }.map {
                .init(name: name($0), shape: $0.outputs.first ?? [])
            },
            outputs: graph.layers.filter { $0.kind == "Result" }.map {
                .init(name: name($0), shape: $0.inputs.first ?? [])
            },
            nodes: nodes, operations: operations)
    }

    /// Multiply-accumulate operations of convolutions and matrix products, for one sample.
    private func multiplications(of layer: OpenVINOGraph.Layer) -> Int {
        guard let output = layer.outputs.first, layer.inputs.count > 1 else { return 0 }
        let (data, kernel) = (layer.inputs[0], layer.inputs[1])
        let perElement =
            switch layer.kind {
            case "Convolution": Self.product(kernel.dropFirst())
            case "GroupConvolution": Self.product(kernel.dropFirst(2))
            case "MatMul": Double(data.last ?? 0)
            default: 0.0
            }
        return Self.bounded(perElement * Self.product(output.dropFirst()))
    }

    private static func product(_ sizes: ArraySlice<Int>) -> Double { sizes.reduce(1) { $0 * Double(max(0, $1)) } }

    /// Third-party files can have any sizes; values beyond those of real networks are capped.
    private static func bounded(_ value: Double) -> Int { Int(min(value, 1e18)) }

    /// The layers, each after those that it reads.
    private func sorted() throws -> [OpenVINOGraph.Layer] {
        var waiting: [String: Int] = [:]
        var readers: [String: [String]] = [:]
        for (reader, sources) in graph.sources {
            for source in sources {
                guard layers[source] != nil, layers[reader] != nil else {
                    throw Failure(
                        .invalidArgument,
                        "'\(structure.path)' has an edge from layer \(source) to \(reader), which do not both exist.")
                }
                waiting[reader, default: 0] += 1
                readers[source, default: []].append(reader)
            }
        }
        var ready = graph.layers.filter { waiting[$0.id] == nil }
        var next = 0
        while next < ready.count {
            for reader in readers[ready[next].id] ?? [] {
                waiting[reader, default: 0] -= 1
                if waiting[reader] == 0, let layer = layers[reader] { ready.append(layer) }
            }
            next += 1
        }
        guard ready.count == graph.layers.count else {
            throw Failure(.invalidArgument, "'\(structure.path)' has layers that form a cycle.")
        }
        return ready
    }
}

/// Checks constants against the file of the weights.
private struct ConstantReader {
    private let values: Data
    private let file: String

    /// Bits per element of the known types.
    private static let widths = [
        "f64": 64, "f32": 32, "f16": 16, "bf16": 16, "f8e4m3": 8, "f8e5m2": 8, "f8e8m0": 8, "f4e2m1": 4, "nf4": 4,
        "i64": 64, "i32": 32, "i16": 16, "i8": 8, "i4": 4, "u64": 64, "u32": 32, "u16": 16, "u8": 8, "u6": 6, "u4": 4,
        "u3": 3, "u2": 2, "u1": 1, "boolean": 8,
    ]

    /// Types of shapes, indices and switches, which are not weights.
    private static let numbering: Set = ["i64", "i32", "i16", "u64", "u32", "u16", "boolean", "string"]

    init(_ values: Data, _ file: String) {
        self.values = values
        self.file = file
    }

    /// Number of weights in a constant: its elements, but none for integers of more than a byte, which are shapes and
    /// indices.
    func weights(of layer: OpenVINOGraph.Layer, _ structure: String) throws -> Int {
        func fault(_ what: String) -> Failure {
            Failure(.corrupt, "\(structure):\(layer.line): constant '\(layer.name)' \(what).")
        }
        let settings = layer.settings
        guard let kind = settings["element_type"], Self.widths[kind] != nil || kind == "string" else {
            throw fault("has the unknown type '\(settings["element_type"] ?? "")'")
        }
        guard let offset = settings["offset"].flatMap(Int.init), let size = settings["size"].flatMap(Int.init),
            offset >= 0, size >= 0, offset <= values.count, size <= values.count - offset
        else {
            throw fault(
                "is at \(settings["offset"] ?? "?") with \(settings["size"] ?? "?") bytes, and '\(file)' has "
                    + "\(values.count)"
            )
        }
        let shape = (settings["shape"] ?? "").split { $0 == "," || $0 == " " }.map { Int($0) ?? -1 }
        var elements = 1
        for length in shape {
            let (product, isTooLarge) = elements.multipliedReportingOverflow(by: length)
            guard length >= 0, !isTooLarge else { throw fault("has the shape '\(settings["shape"] ?? "")'") }
            elements = product
        }
        // Strings have no predictable length.
        guard let width = Self.widths[kind] else { return 0 }
        guard Self.sizes(of: elements, width).contains(size) else {
            throw fault("has \(size) bytes for \(elements) elements of \(width) bits")
        }
        guard isFinite(kind, offset..<offset + size) else { throw fault("has values that are not finite") }
        return Self.numbering.contains(kind) ? 0 : elements
    }

    /// Possible sizes of elements in bytes: those of less than a byte are packed, those of 3 and 6 bits in groups of 3
    /// bytes.
    private static func sizes(of elements: Int, _ width: Int) -> [Int] {
        let (bits, isTooLarge) = elements.multipliedReportingOverflow(by: width)
        guard !isTooLarge, bits <= Int.max - 24 else { return [] }
        let packed = (bits + 7) / 8
        return width % 3 == 0 ? [packed, (bits + 23) / 24 * 3] : [packed]
    }

    private func isFinite(_ kind: String, _ range: Range<Int>) -> Bool {
        values.withUnsafeBytes { bytes in
            switch kind {
            case "f32":
                stride(from: range.lowerBound, to: range.upperBound, by: 4)
                    .allSatisfy { bytes.loadUnaligned(fromByteOffset: $0, as: Float.self).isFinite }
            case "f64":
                stride(from: range.lowerBound, to: range.upperBound, by: 8)
                    .allSatisfy { bytes.loadUnaligned(fromByteOffset: $0, as: Double.self).isFinite }
            case "bf16":
                stride(from: range.lowerBound, to: range.upperBound, by: 2)
                    .allSatisfy { bytes.loadUnaligned(fromByteOffset: $0, as: UInt16.self) & 0x7f80 != 0x7f80 }
            case "f16":
                // All bits of the exponent are set in infinities and NaN.
                stride(from: range.lowerBound, to: range.upperBound, by: 2)
                    .allSatisfy { bytes.loadUnaligned(fromByteOffset: $0, as: UInt16.self) & 0x7c00 != 0x7c00 }
            default: true
            }
        }
    }
}
