import Foundation
import Model
import Safetensors

extension DatasetManifest.Input {
    /// Whether rows are stored as bytes and standardized when read.
    var storesBytes: Bool {
        if frozen != nil { return false }
        return switch preparation {
        case .picture: true
        case .sound(let sound): sound.sound == .mel
        case .text, .table, .series: false
        }
    }

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
        switch preparation {
        case .picture(let picture):
            let size = count / picture.means.count
            return picture.means.flatMap { [Float](repeating: $0.rounded(), count: size) }
        case .sound(let sound): return [Float](repeating: sound.sound == .mel ? sound.mean.rounded() : 0, count: count)
        case .text, .table, .series: return [Float](repeating: 0, count: count)
        }
    }

    /// Takes over the statistics of the training samples' bytes.
    mutating func standardize(_ levels: StoredLevels) {
        let moments = levels.moments
        switch preparation {
        case .picture(var picture):
            picture.means = moments.map { Float($0.mean) }
            picture.deviations = moments.map { Float($0.deviation) }
            preparation = .picture(picture)
        case .sound(var sound):
            sound.mean = Float(moments.first?.mean ?? 0)
            sound.deviation = Float(moments.first?.deviation ?? 1)
            preparation = .sound(sound)
        case .text, .table, .series: break
        }
    }
}

/// Number of processors that this process may use.
enum ProcessorCount {
    static var available: Int { ProcessInfo.processInfo.activeProcessorCount }
}
