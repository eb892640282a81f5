import CVision
import Foundation
import Model
import Tracking

/// A network file that OpenCV runs: Darknet, ONNX, Caffe, TensorFlow.
///
/// Not safe to use from two tasks at the same time.
final class VisionNetwork {
    /// A table in a network's output.
    struct Output {
        let shape: [Int]
        let values: [Float]
    }

    private let pointer: OpaquePointer
    private let path: String

    /// Reads a network.
    /// - Parameters:
    ///   - weights: The file, or the weights file if there are two files.
    ///   - configuration: The structure file if there are two files.
    /// - Throws: `Failure` with code `not-found` if a file is missing, or `invalid-argument` with OpenCV's reason.
    init(weights: String, configuration: String? = nil) throws {
        for file in [weights, configuration].compactMap({ $0 }) where !FileManager.default.fileExists(atPath: file) {
            throw Failure(.notFound, "There is no network file '\(file)'.")
        }
        let what = "OpenCV \(VisionLibrary.version) cannot read the network '\(weights)'"
        pointer = try checked(.invalidArgument, what) { gyrus_vision_network_open(weights, configuration, $0) }
        path = weights
    }

    deinit { gyrus_vision_network_free(pointer) }

    /// Runs the network on an image or on a part of it.
    func run(on image: borrowing Image, part: Box? = nil, as preparation: ImagePreparation) throws -> [Output] {
        let whole = Box(left: 0, top: 0, width: Double(image.width), height: Double(image.height))
        var input = preparation.input(of: part ?? whole)
        let source = image.pointer
        var outputs: UnsafeMutablePointer<gyrus_vision_output>?
        var count = 0
        _ = try checked(.invalidArgument, "The network '\(path)' cannot be run") {
            gyrus_vision_network_run(pointer, source, &input, &outputs, &count, $0)
        }
        defer { gyrus_vision_outputs_free(outputs, count) }
        return UnsafeBufferPointer(start: outputs, count: count).map(Output.init)
    }
}

extension VisionNetwork.Output {
    fileprivate init(_ output: gyrus_vision_output) {
        let sizes = withUnsafeBytes(of: output.shape) { Array($0.bindMemory(to: Int32.self)) }
        shape = sizes.prefix(Int(output.rank)).map(Int.init)
        values = Array(UnsafeBufferPointer(start: output.values, count: Int(output.count)))
    }
}

/// How pixels become the input of a network.
struct ImagePreparation: Hashable, Sendable {
    /// Size of the input.
    var width, height: Int
    /// Whether the aspect ratio is kept; the rest is filled with gray.
    var keepsAspect = false
    /// Whether the first channel is red.
    var startsWithRed = false
    /// Factor for bytes.
    var scale: Float = 1
    /// Value that is then subtracted from each channel.
    var mean: [Float] = [0, 0, 0]
    /// Value by which each channel is then divided.
    var deviation: [Float] = [1, 1, 1]

    /// The gray used for padding.
    private static let padding: Float = 114

    fileprivate func input(of part: Box) -> gyrus_vision_input {
        gyrus_vision_input(
            part: gyrus_rectangle(part), width: Int32(width), height: Int32(height), keeps_aspect: keepsAspect,
            padding: Self.padding, starts_with_red: startsWithRed, scale: scale, mean: (mean[0], mean[1], mean[2]),
            deviation: (deviation[0], deviation[1], deviation[2]))
    }
}
