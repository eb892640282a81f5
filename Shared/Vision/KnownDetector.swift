import Foundation
import Model
public import Tracking

/// A detector whose files can be in the data folder `detectors`, or that is available elsewhere.
public struct KnownDetector: Sendable {
    /// Whether it can be run.
    enum Support: Sendable {
        /// It can, as a network of this layout.
        case runnable(DetectorLayout, side: Int? = nil)
        /// It cannot; the text says why, and what to do.
        case unavailable(String)
    }

    /// Name on the command line.
    public let name: String
    /// Name of its kind in the dictionary of detectors.
    public let kind: DetectorKind
    let support: Support
    /// Path of its weights within the folder.
    let weights: String

    /// Every detector, by name.
    public static let all: [KnownDetector] =
        ["1.0", "1.0-xl", "1.1", "1.1-xl", "1.1_body"].map {
            KnownDetector(
                name: "yolo-fastest-\($0)", kind: .yoloFastest, support: .runnable(.darknet),
                weights: "yolo-fastest/yolo-fastest-\($0).weights")
        } + [
            KnownDetector(
                name: "yolox-nano", kind: .yolox, support: .runnable(.yolox), weights: "yolox-nano/yolox_nano.onnx"),
            KnownDetector(
                name: "fastestdet", kind: .fastestDet, support: .runnable(.fastestDet),
                weights: "fastestdet/FastestDet.onnx"),
            KnownDetector(
                name: "pedestrian-detection-adas-0002", kind: .ssd,
                support: .unavailable(
                    "its files are in OpenVINO format, which OpenCV reads only if built with OpenVINO; Debian's is "
                        + "not. Convert it to ONNX, or use its cached detections"),
                weights: "pedestrian-detection-adas-0002/pedestrian-detection-adas-0002.xml"),
            KnownDetector(
                name: "yolov3", kind: .yolov3, support: .runnable(.darknet, side: 416), weights: "yolov3/yolov3.weights"
            ),
            KnownDetector(
                name: "detr", kind: .detr, support: .unavailable(cached("detr")),
                weights: "detr/detr-r50.onnx"),
            KnownDetector(
                name: "faster-rcnn", kind: .fasterRCNN, support: .unavailable(cached("faster-rcnn")),
                weights: "faster-rcnn/faster-rcnn.onnx"),
        ]

    private static func cached(_ name: String) -> String {
        "OpenCV cannot run it. Put its detections, SEQUENCE.txt for each sequence, into the data folder "
            + "mot/detections/\(name), and a search uses it as the detector '\(name)'; if it is TorchScript, 'gyrus "
            + "track frames --layout torchscript --detections-output' makes them"
    }

    /// The detector with a given name.
    /// - Throws: `Failure` with code `not-found` that lists the names.
    public static func named(_ name: String) throws -> KnownDetector {
        if let known = all.first(where: { $0.name == name }) { return known }
        throw Failure(
            .notFound,
            "There is no detector '\(name)'. Detectors: \(all.map(\.name).joined(separator: ", "))."
                + NearestName.question(name, among: all.map(\.name)))
    }

    /// Why it cannot be opened; nil if it can.
    /// - Parameter folder: The folder `detectors`.
    public func obstacle(in folder: String) -> String? {
        if case .unavailable(let reason) = support { return reason }
        guard !FileManager.default.fileExists(atPath: "\(folder)/\(weights)") else { return nil }
        return "its weights are missing: put them at \(folder)/\(weights)"
            + (configuration.map { " and their structure at \(folder)/\($0)" } ?? "")
    }

    /// Opens it.
    /// - Parameters:
    ///   - folder: The folder `detectors`.
    ///   - score: Minimum score; nil for that of its authors.
    /// - Throws: `Failure` with code `not-found` that says why it cannot be run.
    public func open(in folder: String, score: Double? = nil) throws -> any Detector {
        guard obstacle(in: folder) == nil, case .runnable(let layout, let side) = support else {
            throw Failure(.notFound, "The detector '\(name)' cannot be run: \(obstacle(in: folder) ?? "").")
        }
        return try layout.open("\(folder)/\(weights)", side: side, score: score)
    }

    /// Path of its structure within the folder, if that is a separate file.
    private var configuration: String? {
        guard case .runnable(.darknet, _) = support else { return nil }
        return weights.replacing(".weights", with: ".cfg")
    }
}
