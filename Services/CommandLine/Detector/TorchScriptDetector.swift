import Foundation
import Torch
import Tracking
import Vision

/// A TorchScript detector in the style of torchvision: it returns boxes in pixels with scores and labels.
struct TorchScriptDetector: Detector {
    private let network: ScriptedNetwork
    private let thresholds: DetectorThresholds
    private let category: Int

    /// Opens a network.
    /// - Parameter category: Label of the person class.
    init(_ file: String, category: Int, thresholds: DetectorThresholds) throws {
        network = try ScriptedNetwork(loading: .init(filePath: file))
        self.category = category
        self.thresholds = thresholds
    }

    func detect(in image: borrowing Image) throws -> [Detection] {
        let (width, height) = (image.width, image.height)
        let boxes = try image.withPixels { try network.boxes(in: $0, width: width, height: height) }
        return thresholds.select(
            boxes.filter { $0.label == category && $0.right > $0.left && $0.bottom > $0.top }.map { found in
                Detection(
                    box: Box(
                        left: Double(found.left), top: Double(found.top), width: Double(found.right - found.left),
                        height: Double(found.bottom - found.top)),
                    score: Double(found.score))
            })
    }
}
