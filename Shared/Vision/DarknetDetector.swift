public import Tracking

/// A detector of the YOLO family with anchors, versions 2 to 4, in Darknet's format.
public struct DarknetDetector: Detector {
    private let network: VisionNetwork
    private let thresholds: DetectorThresholds
    private let preparation: ImagePreparation
    private let category: Int

    /// Columns of a candidate before its classes: center, size, and objectness.
    private static let boxColumns = 5

    /// Opens a network.
    /// - Parameters:
    ///   - weights: The file `….weights`.
    ///   - configuration: The file `….cfg`.
    ///   - side: Width and height of its input.
    ///   - category: Which class is a person, from 0.
    public init(
        weights: String, configuration: String, side: Int, category: Int = 0,
        thresholds: DetectorThresholds
    ) throws {
        network = try VisionNetwork(weights: weights, configuration: configuration)
        preparation = ImagePreparation(width: side, height: side, startsWithRed: true, scale: 1 / 255)
        self.thresholds = thresholds
        self.category = category
    }

    /// The people in an image, most confident first.
    public func detect(in image: borrowing Image) throws -> [Detection] {
        let outputs = try network.run(on: image, as: preparation)
        let (width, height) = (Double(image.width), Double(image.height))
        return thresholds.select(outputs.flatMap { candidates(in: $0, width: width, height: height) })
    }

    private func candidates(in output: VisionNetwork.Output, width: Double, height: Double) -> [Detection] {
        let columns = output.shape.last ?? 0
        guard columns > Self.boxColumns + category else { return [] }
        return stride(from: 0, to: output.values.count, by: columns).compactMap { start in
            let score = Double(output.values[start + Self.boxColumns + category])
            guard score > thresholds.score else { return nil }
            let numbers = output.values[start..<start + 4].map(Double.init)
            let box = Box(
                centerX: numbers[0] * width, centerY: numbers[1] * height, width: numbers[2] * width,
                height: numbers[3] * height)
            return Detection(box: box, score: score)
        }
    }
}
