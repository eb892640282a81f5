public import Foundation
import Model
public import Networks

/// A Darknet network that was read and checked: structure and weights are two files.
///
/// The weights have neither names nor shapes, so only the structure determines their number: biases, scales, means and
/// variances for layers with batch normalization, then the kernels, layer by layer as 32-bit floats.
/// Source: `parser.c` of Darknet (J. Redmon, public domain).
public struct DarknetFile: Sendable {
    /// Maximum size of a structure in bytes.
    public static let largestConfiguration = 1 << 20

    /// The graph.
    public let outline: NetworkOutline

    /// Reads both files, and checks that every layer fits those before it, and that there is a finite number for each
    /// weight and nothing after them.
    /// - Throws: `Failure` naming the file and the line, or the actual and the expected number of weights.
    public init(weights: URL, configuration: URL) throws {
        let (outline, needed) = try Self.structure(configuration)
        try Self.check(weights, needed: needed, configuration)
        self.outline = outline
    }

    private static func structure(_ file: URL) throws -> (NetworkOutline, weights: Int) {
        guard let content = FileManager.default.contents(atPath: file.path) else {
            throw Failure(
                .notFound,
                "There is no '\(file.path)', which should hold the structure for the weights of the same name.")
        }
        guard content.count <= largestConfiguration, let text = String(data: content, encoding: .utf8) else {
            throw Failure(
                .invalidArgument, "'\(file.path)' is not a text of at most \(largestConfiguration) bytes.")
        }
        var sections = try DarknetSection.all(of: text, file: file.path)[...]
        guard let net = sections.popFirst(), ["net", "network"].contains(net.kind), !sections.isEmpty else {
            throw Failure(.invalidArgument, "'\(file.path)' does not begin with [net] and layers after it.")
        }
        let input = DarknetLayer.Volume(
            channels: try net.number("channels"), height: try net.number("height"), width: try net.number("width"))
        guard input.channels > 0, input.height > 0, input.width > 0 else {
            throw net.fault("channels, height and width must be at least 1")
        }
        var volumes = [input]
        let layers = try sections.map { section in
            let layer = try DarknetLayer(section, after: volumes)
            volumes.append(layer.output)
            return (section, layer)
        }
        let outline = outline(of: layers, input: input, name: file.deletingPathExtension().lastPathComponent)
        try outline.validate()
        return (outline, layers.reduce(0) { $0 + $1.1.weights })
    }

    private static func outline(
        of layers: [(section: DarknetSection, layer: DarknetLayer)], input: DarknetLayer.Volume, name: String
    ) -> NetworkOutline {
        func title(_ index: Int) -> String { index < 0 ? "data" : "\(layers[index].section.kind)\(index)" }
        func port(_ index: Int, _ volume: DarknetLayer.Volume) -> NetworkOutline.Port {
            .init(name: title(index), shape: [-1, volume.channels, volume.height, volume.width])
        }
        let heads = layers.indices.filter { ["yolo", "region"].contains(layers[$0].section.kind) }
        return NetworkOutline(
            format: "darknet", name: name, inputs: [port(-1, input)],
            outputs: (heads.isEmpty ? [layers.count - 1] : heads).map { port($0, layers[$0].layer.output) },
            nodes: layers.indices.map {
                .init(
                    name: title($0), operation: layers[$0].section.kind, inputs: layers[$0].layer.sources.map(title),
                    parameters: layers[$0].layer.weights)
            }, operations: layers.reduce(0) { $0 + $1.layer.operations })
    }

    /// - Parameter needed: Number of weights of the structure.
    private static func check(_ file: URL, needed: Int, _ configuration: URL) throws {
        guard let content = try? Data(contentsOf: file, options: .alwaysMapped) else {
            throw Failure(.notFound, "Cannot open the file '\(file.path)'; check that it exists and is readable.")
        }
        // Three numbers of the version, then the number of images seen, which has 8 bytes since version 0.2.
        let version = content.prefix(12)
        guard version.count == 12 else { throw Failure(.corrupt, "'\(file.path)' ends within its header.") }
        let (major, minor) = version.withUnsafeBytes {
            ($0.load(as: Int32.self), $0.loadUnaligned(fromByteOffset: 4, as: Int32.self))
        }
        let head = major > 0 || minor >= 2 ? 20 : 16
        let bytes = content.count - head
        guard bytes == needed * 4 else {
            throw Failure(
                .corrupt,
                "'\(file.path)' has \(max(bytes, 0) / 4) weights, but its structure '\(configuration.path)' needs "
                    + "\(needed)."
            )
        }
        let isFinite = content.withUnsafeBytes { bytes in
            stride(from: head, to: bytes.count, by: 4)
                .allSatisfy { bytes.loadUnaligned(fromByteOffset: $0, as: Float.self).isFinite }
        }
        guard isFinite else { throw Failure(.corrupt, "'\(file.path)' has weights that are not finite.") }
    }
}
