import CTorch
import Model
public import Networks

/// How well a pretrained network's features fit other data, estimated without training.
public enum Transferability {
    /// Default number of samples to examine.
    public static let usualSamples = 300

    /// The scores of a network on samples, `logme` and `h-score`; higher is better.
    ///
    /// The features are the input of the network's last layer.
    /// - Throws: `Failure` if the network does not fit the samples.
    public static func scores(
        of network: NetworkDescription, weights: ScriptedNetwork, on samples: SampleSource
    ) throws -> [String: Double] {
        let labels = try samples.labels(for: "Scoring the features of pretrained networks")
        var body = network
        body.layers.removeLast()
        let shape = try body.outputShape
        let width = shape.reduce(1, *)
        let features = try ScriptedNetwork(body, seed: 0)
        try features.takeWeights(of: weights)
        return try scores(
            of: try features.outputs(for: samples, width: width).flatMap { $0 }, labels: labels,
            classes: samples.target.outputs)
    }

    /// The scores of features, `logme` and `h-score`; higher is better.
    /// - Parameters:
    ///   - values: One row of features per sample.
    ///   - labels: The class of each sample.
    public static func scores(of values: [Float], labels: [Int32], classes: Int) throws -> [String: Double] {
        precondition(
            values.count.isMultiple(of: max(1, labels.count)),
            "\(values.count) values do not form whole rows of features")
        guard !labels.isEmpty, !values.isEmpty else { return [:] }
        let width = values.count / labels.count
        var logEvidence = 0.0, hScore = 0.0
        var error: UnsafeMutablePointer<CChar>?
        let isDone = gyrus_transferability(
            values, Int64(labels.count), Int64(width), labels, Int64(classes), &logEvidence, &hScore, &error)
        guard isDone else {
            throw Failure(.internal, "Cannot score the features: \(takeMessage(error)).")
        }
        return ["logme": logEvidence, "h-score": hScore].filter(\.value.isFinite)
    }
}
