import Foundation
import Model
public import Tracking

/// A FastestDet network as ONNX: one grid, no anchors.
public struct FastestDetDetector: Detector {
    private let square: SquareNetwork

    /// How the score is computed from the objectness and the probability of the class.
    private static let exponents = (object: 0.6, category: 0.4)
    /// Planes of the output before the classes: objectness, offsets, size.
    private static let boxPlanes = 5

    /// Opens a network.
    /// - Parameters:
    ///   - file: The file `….onnx`.
    ///   - side: Width and height of its input.
    ///   - category: Which class is a person, from 0.
    public init(
        _ file: String, side: Int, category: Int = 0,
        thresholds: DetectorThresholds
    ) throws {
        square = try SquareNetwork(file, side: side, category: category, thresholds: thresholds)
    }

    /// The people in an image, most confident first.
    public func detect(in image: borrowing Image) throws -> [Detection] {
        let preparation = ImagePreparation(width: square.side, height: square.side, scale: 1 / 255)
        let outputs = try square.network.run(on: image, as: preparation)
        guard let output = outputs.first, output.shape.count == 4, output.shape[1] > Self.boxPlanes + square.category
        else {
            throw Failure(
                .invalidArgument,
                "The network returns \(outputs.map(\.shape)), not [1, 5 + classes, rows, columns] like FastestDet."
            )
        }
        let (width, height) = (Double(image.width), Double(image.height))
        let cells = output.shape[2] * output.shape[3]
        return square.thresholds.select(
            (0..<cells).compactMap { candidate(in: output, cell: $0, width: width, height: height) })
    }

    private func candidate(in output: VisionNetwork.Output, cell: Int, width: Double, height: Double) -> Detection? {
        let (rows, columns) = (output.shape[2], output.shape[3])
        func value(_ plane: Int) -> Double { Double(output.values[plane * rows * columns + cell]) }
        let classes = (Self.boxPlanes..<output.shape[1]).map(value)
        // A cell shows only one object, of the most probable class.
        guard let best = classes.max(), classes[square.category] == best else { return nil }
        let score = pow(value(0), Self.exponents.object) * pow(best, Self.exponents.category)
        guard score > square.thresholds.score else { return nil }
        let box = Box(
            centerX: (tanh(value(1)) + Double(cell % columns)) / Double(columns) * width,
            centerY: (tanh(value(2)) + Double(cell / columns)) / Double(rows) * height,
            width: logistic(value(3)) * width, height: logistic(value(4)) * height)
        return Detection(box: box, score: score)
    }

    private func logistic(_ value: Double) -> Double { 1 / (1 + exp(-value)) }
}
