import Foundation
import Model
public import Tracking

/// A YOLOX network as ONNX: no anchors, raw outputs at three strides.
public struct YOLOXDetector: Detector {
    private let square: SquareNetwork

    /// Pixels of the input for each cell of its three grids.
    private static let strides = [8, 16, 32]
    /// Columns of a candidate before its classes: center, size, and objectness.
    private static let boxColumns = 5

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
        let (side, category) = (square.side, square.category)
        let preparation = ImagePreparation(width: side, height: side, keepsAspect: true)
        let outputs = try square.network.run(on: image, as: preparation)
        let cells = Self.cells(side: side)
        guard let output = outputs.first, let columns = output.shape.last, columns > Self.boxColumns + category,
            output.values.count == cells.count * columns
        else {
            throw Failure(
                .invalidArgument,
                "The network returns \(outputs.map(\.shape)), not [1, \(cells.count), 5 + classes] like a YOLOX "
                    + "network of \(side)×\(side) pixels.")
        }
        let scale = max(Double(image.width), Double(image.height)) / Double(side)
        return square.thresholds.select(
            cells.indices.compactMap { candidate(output.values, at: $0 * columns, cell: cells[$0], scale: scale) })
    }

    private func candidate(_ values: [Float], at start: Int, cell: Cell, scale: Double) -> Detection? {
        let score = Double(values[start + 4] * values[start + Self.boxColumns + square.category])
        guard score > square.thresholds.score else { return nil }
        let unit = Double(cell.stride) * scale
        let box = Box(
            centerX: (Double(values[start]) + Double(cell.column)) * unit,
            centerY: (Double(values[start + 1]) + Double(cell.row)) * unit,
            width: exp(Double(values[start + 2])) * unit,
            height: exp(Double(values[start + 3])) * unit)
        return Detection(box: box, score: score)
    }

    private struct Cell {
        let row, column, stride: Int
    }

    private static func cells(side: Int) -> [Cell] {
        strides.flatMap { stride in
            (0..<side / stride).flatMap { row in
                (0..<side / stride).map { Cell(row: row, column: $0, stride: stride) }
            }
        }
    }
}
