/// A detection network with a square input, one of whose classes is people.
struct SquareNetwork {
    let network: VisionNetwork
    let thresholds: DetectorThresholds
    /// Width and height of the input.
    let side: Int
    /// The class of people, from 0.
    let category: Int

    /// Opens a network file `….onnx`.
    init(_ file: String, side: Int, category: Int, thresholds: DetectorThresholds) throws {
        network = try VisionNetwork(weights: file)
        self.thresholds = thresholds
        self.side = side
        self.category = category
    }
}
