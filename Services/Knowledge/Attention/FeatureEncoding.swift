import Foundation
import KnowledgeClient
import Model

/// Encodes scenarios and models as vectors by feature hashing: every word maps to a position and a sign, so new words
/// need no dictionary.
enum FeatureEncoding {
    /// Number of numeric features of a scenario.
    static let scenarioWidth = 64
    /// Number of numeric features of a model.
    static let modelWidth = 64
    /// Stored in the database with the weights; weights of another encoding cannot be used.
    static let version = "hashed words 1"

    static func scenario(_ features: ScenarioFeatures) -> [Float] {
        var vector = HashedVector(width: scenarioWidth)
        vector.add("task \(features.task)")
        for (modality, dataset) in features.datasets.sorted(by: { $0.key < $1.key }) {
            vector.add("modality \(modality)")
            vector.add("\(modality) of \(dataset)")
        }
        for function in features.functions { vector.addPath(function) }
        for (name, value) in features.numbers.sorted(by: { $0.key < $1.key }) { vector.add(name, size(of: value)) }
        return vector.scaled
    }

    static func model(_ model: ModelCandidate) -> [Float] {
        var vector = HashedVector(width: modelWidth)
        vector.add("\(model.key.space) \(model.key.genome)")
        for (number, part) in model.key.genome.split(separator: "-").enumerated() {
            for (place, choice) in part.split(separator: ".").enumerated() where Int(choice) != nil {
                vector.add("gene \(number).\(place) \(choice)")
            }
        }
        guard let code = model.code else { return vector.scaled }
        for word in [code.name, code.category, code.optimizer] + code.areas + code.functions { vector.add(word) }
        vector.add("parameters", size(of: code.size.parameters))
        // A trial's accuracy is an outcome, and its dataset is the scenario's; only a model's own properties describe
        // it.
        guard model.isPretrained else { return vector.scaled }
        for dataset in code.dataset.split(separator: "+") { vector.add("trained on \(dataset)") }
        if let accuracy = code.accuracy { vector.add("accuracy", Float(accuracy.fraction)) }
        return vector.scaled
    }

    /// Compresses a number of any magnitude.
    private static func size(of value: Double) -> Float { Float(asinh(value) / 4) }
}

private struct HashedVector {
    /// Length of all vectors.
    private static let length: Float = 2

    private var values: [Float]

    init(width: Int) { values = Array(repeating: 0, count: width) }

    mutating func add(_ word: String, _ value: Float = 1) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in word.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        hash ^= hash >> 29
        values[Int(hash % UInt64(values.count))] += hash & 0x8000_0000_0000_0000 == 0 ? value : -value
    }

    /// A function such as `vision.shape` also counts as each of its ancestors.
    mutating func addPath(_ path: String) {
        var prefix = ""
        for part in path.split(separator: ".") {
            prefix += ".\(part)"
            add(prefix)
        }
    }

    var scaled: [Float] {
        let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return length == 0 ? values : values.map { $0 / length * Self.length }
    }
}
