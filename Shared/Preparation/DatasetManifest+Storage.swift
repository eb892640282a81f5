import Foundation
import Model
import Safetensors

extension DatasetManifest.Input {
    /// Whether rows are stored as bytes and standardized when read.
    var storesBytes: Bool { frozen == nil && preparation.storesBytes }

    /// The type of stored numbers.
    var storedType: TensorType {
        storesBytes ? .uint8 : signature.kind == .text ? .int32 : .float32
    }

    /// A row in its stored form.
    func stored(_ row: [Float]) -> [UInt8] {
        switch storedType {
        case .uint8: row.map { UInt8(min(max($0, 0), 255)) }
        case .int32: row.map { Int32($0) }.withUnsafeBytes { [UInt8]($0) }
        default: row.withUnsafeBytes { [UInt8]($0) }
        }
    }

    /// A row in which every number is the mean of its channel.
    var meanRow: [Float] {
        let count = signature.shape.reduce(1, *)
        guard preparation.storesBytes, let means = preparation.standardization?.means else {
            return [Float](repeating: 0, count: count)
        }
        return means.flatMap { [Float](repeating: $0.rounded(), count: count / means.count) }
    }

    /// Takes over the statistics of the training samples' bytes. If samples lack the input, each mean is a level, so
    /// that a row of means becomes zeros.
    mutating func standardize(_ levels: StoredLevels) {
        let moments = levels.moments
        preparation.standardize(
            means: moments.map { Float(signature.hasGaps == true ? $0.mean.rounded() : $0.mean) },
            deviations: moments.map { Float($0.deviation) })
    }
}

/// Number of processors that this process may use.
enum ProcessorCount {
    static var available: Int { ProcessInfo.processInfo.activeProcessorCount }
}
