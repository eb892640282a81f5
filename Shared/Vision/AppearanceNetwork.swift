import Foundation
import Model
public import Tracking

/// A re-identification network: describes a person's appearance by numbers that are similar for the same person.
public struct AppearanceNetwork {
    private let network: VisionNetwork
    private let preparation: ImagePreparation

    /// Statistics of the images on which most backbones were trained (ImageNet), for red, green and blue.
    private static let usualMean: [Float] = [0.485, 0.456, 0.406]
    private static let usualDeviation: [Float] = [0.229, 0.224, 0.225]

    /// Opens an ONNX network that takes crops of 128×256 pixels, red first, normalized as for ImageNet, such as OSNet.
    public init(_ file: String, width: Int = 128, height: Int = 256) throws {
        network = try VisionNetwork(weights: file)
        preparation = ImagePreparation(
            width: width, height: height, startsWithRed: true, scale: 1 / 255, mean: Self.usualMean,
            deviation: Self.usualDeviation)
    }

    /// The appearance of a person in a box; empty if the box is outside the image.
    public func appearance(of box: Box, in image: borrowing Image) throws -> [Float] {
        let left = max(0, box.left)
        let top = max(0, box.top)
        let visible = Box(
            left: left, top: top, width: min(box.right, Double(image.width)) - left,
            height: min(box.bottom, Double(image.height)) - top)
        guard visible.width >= 1, visible.height >= 1 else { return [] }
        return try network.run(on: image, part: visible, as: preparation).first?.values ?? []
    }

    /// The detections with their appearances.
    public func describing(_ detections: [Detection], in image: borrowing Image) throws -> [Detection] {
        var described: [Detection] = []
        for detection in detections {
            described.append(
                Detection(
                    box: detection.box, score: detection.score,
                    appearance: try appearance(of: detection.box, in: image)))
        }
        return described
    }
}
