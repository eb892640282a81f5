import Model

/// How a detector's input and answers are laid out, so that its network can be run.
public enum DetectorLayout: String, CaseIterable, Sendable {
    /// A Darknet network with anchors, YOLO 2 to 4: `….weights` with `….cfg` in the same folder.
    case darknet
    /// A YOLOX network as ONNX, with raw outputs.
    case yolox
    /// A FastestDet network as ONNX.
    case fastestDet = "fastestdet"

    /// Default width and height of the input.
    public var usualSide: Int {
        switch self {
        case .darknet: 320
        case .yolox: 416
        case .fastestDet: 352
        }
    }

    /// Default minimum score.
    public var usualScore: Double {
        switch self {
        case .darknet: 0.2
        case .yolox: 0.25
        case .fastestDet: 0.5
        }
    }

    /// Allowed sides of inputs; all of these networks divide them by 32.
    public static let sides = 32...4096

    /// Opens a network.
    /// - Parameters:
    ///   - file: Its weights.
    ///   - side: Width and height of its input; nil for the default.
    ///   - category: Which class is a person, from 0.
    ///   - score: Minimum score; nil for the default.
    /// - Throws: `Failure` if a file is missing or cannot be read.
    public func open(_ file: String, side: Int? = nil, category: Int = 0, score: Double? = nil) throws -> any Detector {
        let side = side ?? usualSide
        guard Self.sides.contains(side), side.isMultiple(of: 32), category >= 0 else {
            throw Failure(
                .invalidArgument,
                "The side of a detector's input must be a multiple of 32 from \(Self.sides.lowerBound) to "
                    + "\(Self.sides.upperBound), not \(side), and classes are numbered from 0.")
        }
        let thresholds = DetectorThresholds(score: score ?? usualScore)
        switch self {
        case .darknet:
            let configuration = file.replacing(".weights", with: ".cfg")
            return try DarknetDetector(
                weights: file, configuration: configuration, side: side, category: category, thresholds: thresholds)
        case .yolox: return try YOLOXDetector(file, side: side, category: category, thresholds: thresholds)
        case .fastestDet: return try FastestDetDetector(file, side: side, category: category, thresholds: thresholds)
        }
    }
}
