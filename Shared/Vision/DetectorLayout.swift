import Model

/// How a detector's input and answers are laid out, so that its network can be run.
public enum DetectorLayout: String, CaseIterable, Sendable {
    /// A Darknet network with anchors, YOLO 2 to 4: `….weights` with `….cfg` beside it.
    case darknet
    /// A YOLOX network as ONNX, with raw outputs.
    case yolox
    /// A FastestDet network as ONNX.
    case fastestDet = "fastestdet"

    /// Width and height of the input where nothing is said.
    public var usualSide: Int {
        switch self {
        case .darknet: 320
        case .yolox: 416
        case .fastestDet: 352
        }
    }

    /// Least score where nothing is said.
    public var usualScore: Double {
        switch self {
        case .darknet: 0.2
        case .yolox: 0.25
        case .fastestDet: 0.5
        }
    }

    /// The sides that inputs may have; all of these networks divide them by 32.
    public static let sides = 32...4096

    /// Opens a network.
    /// - Parameters:
    ///   - file: Its weights.
    ///   - side: Width and height of its input; nil for the usual one.
    ///   - category: Which class is a person, from 0.
    ///   - score: Least score; nil for the usual one.
    /// - Throws: `Failure` where a file is missing or cannot be read.
    public func open(_ file: String, side: Int? = nil, category: Int = 0, score: Double? = nil) throws -> any Detector {
        let side = side ?? usualSide
        guard Self.sides.contains(side), side.isMultiple(of: 32), category >= 0 else {
            throw Failure(
                .invalidArgument,
                "A detector's input has a side from \(Self.sides.lowerBound) to \(Self.sides.upperBound) that 32 divides, "
                    + "not \(side), and classes are numbered from 0.")
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
