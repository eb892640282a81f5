import Model
import Tables

/// Chooses size, channels and fit of pictures from some of them.
struct PictureFitter: InputFitter {
    private let modality: RawModality
    private let sampling: Sampling
    private var shapes: [[Int]] = []
    private var lastFailure: Failure?

    /// Number of pictures to examine.
    private static let looked = 200
    /// Side to which larger pictures are reduced: two cores can train on this size within minutes.
    private static let usualSide = 64

    init(_ modality: RawModality, count: Int) {
        self.modality = modality
        sampling = Sampling(Self.looked, of: count)
    }

    mutating func look(at cells: [Cell], place: Int, _ reader: ValueReader) {
        guard sampling.takes(place) else { return }
        do {
            if case .pixels(let pixels, var shape)? = try reader.picture(cells) {
                if shape[2] >= 3, Self.isGray(pixels, channels: shape[2]) { shape[2] = 1 }
                shapes.append(shape)
            }
        } catch {
            lastFailure = Failure(error)
        }
    }

    func input() throws -> DatasetManifest.Input {
        guard !shapes.isEmpty else {
            let reason = lastFailure.map { " Last error: \($0.message)" } ?? ""
            throw Failure(
                .invalidArgument,
                "modalities.\(modality.name): none of the examined pictures can be read.\(reason)")
        }
        let settings = modality.settings
        let size = settings.size ?? usualSize
        let channels = settings.channels ?? (shapes.allSatisfy { $0[2] == 1 } ? 1 : 3)
        let ratio = Double(size[0]) / Double(size[1])
        let isAlike = shapes.allSatisfy { abs(Double($0[0]) / Double($0[1]) / ratio - 1) < 0.1 }
        return DatasetManifest.Input(
            signature: InputSignature(kind: .image, shape: [channels] + size), columns: modality.columns.map(\.name),
            preparation: .picture(
                PicturePreparation(
                    fit: settings.fit ?? (isAlike ? .stretch : .pad), means: [Float](repeating: 0, count: channels),
                    deviations: [Float](repeating: 1, count: channels))))
    }

    /// Small pictures keep their size. If all have one shape it is kept, otherwise pictures become square.
    private var usualSize: [Int] {
        let (heights, widths) = (shapes.map { $0[0] }, shapes.map { $0[1] })
        let (height, width) = (heights.quantile(0.5) ?? 0, widths.quantile(0.5) ?? 0)
        let range = DataLimits.pictureSide
        guard max(height, width) > Self.usualSide else {
            return [height, width].map { min(max($0, range.lowerBound), range.upperBound) }
        }
        let isOneShape = zip(heights, widths).allSatisfy { abs(Double($0 * width) / Double($1 * height) - 1) < 0.05 }
        guard isOneShape, height != width else { return [Self.usualSide, Self.usualSide] }
        // The same area, both sides multiples of 8.
        let ratio = (Double(height) / Double(width)).squareRoot()
        return [Double(Self.usualSide) * ratio, Double(Self.usualSide) / ratio].map {
            min(max(Int(($0 / 8).rounded()) * 8, 16), range.upperBound)
        }
    }

    private static func isGray(_ pixels: [UInt8], channels: Int) -> Bool {
        for place in stride(from: 0, to: pixels.count - channels + 1, by: channels) {
            let red = pixels[place]
            guard red == pixels[place + 1], red == pixels[place + 2] else { return false }
            if channels > 3, pixels[place + 3] != 255 { return false }
        }
        return true
    }
}

extension PicturePreparation: InputKind {
    func value(_ cells: [Cell], of name: String, _ reader: ValueReader) throws -> RawValue? {
        try reader.picture(cells)
    }

    func methods(of name: String, shape: [Int]) -> String { PreparationScript.methods(of: name, self, shape) }

    func covered(_ occluded: Occlusion.Occluded) -> [Occlusion.Covered] { [] }
}
