import Foundation
import Synchronization
import Torch

/// Synthetic samples: bright bars in noise, whose position and direction determine the class.
final class SyntheticRows: Sendable {
    nonisolated(unsafe) let bytes: UnsafeMutableRawBufferPointer  // Written in init only.

    init(count: Int, side: Int, classes: Int, seed: UInt64) {
        bytes = .allocate(byteCount: count * side * side, alignment: 16)
        var generator = Numbers(state: seed)
        for row in 0..<count {
            let label = row % classes
            let place = side * (label / 2 + 1) / (classes / 2 + 2) + generator.below(3) - 1
            for y in 0..<side {
                for x in 0..<side {
                    let along = label.isMultiple(of: 2) ? y : x
                    let isBar = abs(along - place) <= max(1, side / 28)
                    bytes[(row * side + y) * side + x] = UInt8((isBar ? 150 : 0) + generator.below(100))
                }
            }
        }
    }

    deinit { bytes.deallocate() }

    /// Samples whose class is the row's number modulo the classes.
    static func source(
        count: Int, side: Int = 28, classes: Int = 10, seed: UInt64 = 1, names: [String] = ["image"]
    ) throws -> SampleSource {
        let rows = SyntheticRows(count: count, side: side, classes: classes, seed: seed)
        return try SampleSource(
            classes: classes,
            modalities: names.map { name in
                SampleSource.Modality(
                    name: name, shape: [1, side, side], elementType: .uint8, scale: 1 / 128, offset: -1,
                    rows: UnsafeRawBufferPointer(rows.bytes), indices: (0..<Int32(count)).map { $0 })
            },
            labels: (0..<Int32(count)).map { $0 % Int32(classes) }, owner: rows)
    }
}

struct Numbers {
    var state: UInt64

    mutating func below(_ limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(limit))
    }
}

/// A directory that is removed after the test.
struct TemporaryDirectory: ~Copyable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "torch-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func file(_ name: String) -> URL { url.appending(path: name) }
}
