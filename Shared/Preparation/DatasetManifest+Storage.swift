import Foundation
import Model

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

    /// A row, in stored form, in which every number is the mean of its channel.
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
    mutating func standardize(_ levels: [RunningLevels]) {
        switch preparation {
        case .picture(var picture):
            picture.means = levels.map { Float($0.mean) }
            picture.deviations = levels.map { Float($0.deviation) }
            preparation = .picture(picture)
        case .sound(var sound):
            sound.mean = Float(levels.first?.mean ?? 0)
            sound.deviation = Float(levels.first?.deviation ?? 1)
            preparation = .sound(sound)
        case .text, .table, .series: break
        }
    }
}

/// Number of processors that this process may use.
enum ProcessorCount {
    static var available: Int { ProcessInfo.processInfo.activeProcessorCount }
}
