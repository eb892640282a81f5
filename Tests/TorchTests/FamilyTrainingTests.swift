import Foundation
import Model
import Networks
import TestSupport
import Testing
import Torch

/// Every family learns from data of its kind; with real data on this machine where it can be read in a few lines.
@Suite(.serialized) struct FamilyTrainingTests {
    /// Samples of one modality in memory.
    struct Rows: Sendable {
        var signature: InputSignature
        var classes: Int
        var values: [Float] = []
        var labels: [Int32] = []

        var count: Int { labels.count }
        var length: Int { signature.shape.reduce(1, *) }

        mutating func add(_ row: [Float], _ label: Int) {
            values += row
            labels.append(Int32(label))
        }

        /// The samples whose number leaves one of some remainders of 5.
        func source(_ remainders: Set<Int>) throws -> SampleSource {
            let memory = Memory(values)
            let modality = SampleSource.Modality(
                name: "x", shape: signature.shape, elementType: .float32, rows: UnsafeRawBufferPointer(memory.bytes),
                indices: (0..<Int32(count)).map { $0 })
            let all = try SampleSource(classes: classes, modalities: [modality], labels: labels, owner: memory)
            return all.selecting((0..<count).filter { remainders.contains($0 % 5) })
        }

        /// Share of the commonest class.
        var chance: Double {
            let counts = Dictionary(labels.map { ($0, 1) }, uniquingKeysWith: +)
            return Double(counts.values.max() ?? 0) / Double(max(1, count))
        }
    }

    private final class Memory: Sendable {
        nonisolated(unsafe) let bytes: UnsafeMutableBufferPointer<Float>  // Written in init only.
        init(_ values: [Float]) {
            bytes = .allocate(capacity: max(1, values.count))
            _ = bytes.initialize(from: values)
        }
        deinit { bytes.deallocate() }
    }

    /// Trains a small network of a family.
    static func accuracy(_ name: String, _ rows: Rows, epochs: Int, rate: Double = 0.004) throws -> Double {
        let family = try #require(StructureFamily.named(name))
        let network = try family.network(
            input: "x", rows.signature, outputs: rows.classes, width: 0.5, depth: 0.5)
        let plan = try TrainingPlan(
            optimizers: [.init(rule: .adamw, learningRate: rate, weightDecay: 0.01)], epochs: epochs, batch: 16, seed: 1
        )
        let session = try TrainingSession(network, plan: plan, samples: try rows.source([0, 1, 2, 3]))
        while !session.isFinished { try session.finishEpoch() }
        return try session.network.evaluate(on: rows.source([4])).accuracy
    }

    static func families(_ form: StructureFamily.Form) -> [String] {
        StructureFamily.all.filter { $0.usualForms.contains(form) || $0.name == "ViT" && form == .picture }.map(\.name)
    }

    static func file(_ name: String) throws -> String {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../shared/data/own/\(name)")
        guard let text = try? String(contentsOf: url, encoding: .utf8) else {
            try Test.cancel("needs ../shared/data/own/\(name)")
        }
        return text
    }

    // MARK: Real data

    /// Messages, as many of either kind, with the commonest 500 words.
    static func messages() throws -> Rows {
        let lines = try file("sms/messages.tsv").split(whereSeparator: \.isNewline).map {
            $0.split(separator: "\t", maxSplits: 1)
        }
        let spam = lines.filter { $0.first == "spam" }.prefix(150), ham = lines.filter { $0.first == "ham" }.prefix(150)
        let pairs = zip(spam, ham).flatMap { [($0[1], 1), ($1[1], 0)] }
        let texts = pairs.map { $0.0.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init) }
        let counts = Dictionary(texts.joined().map { ($0, 1) }, uniquingKeysWith: +)
        let known = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(498).map(\.key)
        let numbers = Dictionary(uniqueKeysWithValues: zip(known, 2...))
        var rows = Rows(signature: .init(kind: .text, shape: [32], vocabulary: 500), classes: 2)
        for (words, pair) in zip(texts, pairs) {
            let tokens = words.prefix(32).map { Float(numbers[$0] ?? 1) }
            rows.add(tokens + Array(repeating: 0, count: 32 - tokens.count), pair.1)
        }
        return rows
    }

    @Test(.timeLimit(.minutes(10)), arguments: families(.text))
    func `families of texts tell spam from other messages`(_ name: String) throws {
        let rows = try Self.messages()
        let accuracy = try Self.accuracy(name, rows, epochs: 8)
        print("\(name): \(accuracy), chance \(rows.chance)")
        #expect(accuracy > rows.chance + 0.2, "\(name)")
    }

    /// Penguins by four measurements, with the island and the sex as categories.
    static func penguins() throws -> Rows {
        let lines = try file("penguins/penguins.csv").split(whereSeparator: \.isNewline).dropFirst()
            .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        let species = Set(lines.map { $0[0] }).sorted(), islands = Set(lines.map { $0[1] }).sorted()
        let measured = lines.compactMap { line -> (numbers: [Float], line: [String])? in
            let numbers = (2..<6).compactMap { Float(line[$0]) }
            return numbers.count == 4 ? (numbers, line) : nil
        }
        let scales = (0..<4).map { column -> (Float, Float) in
            let values = measured.map { $0.numbers[column] }
            let mean = values.reduce(0, +) / Float(values.count)
            return (mean, (values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Float(values.count)).squareRoot())
        }
        var rows = Rows(signature: .init(kind: .table, shape: [6], categories: [4, 3]), classes: 3)
        for (numbers, line) in measured {
            let categories = [
                (islands.firstIndex(of: line[1]) ?? -1) + 1, line[6] == "male" ? 1 : line[6] == "female" ? 2 : 0,
            ]
            rows.add(
                zip(numbers, scales).map { ($0 - $1.0) / $1.1 } + categories.map(Float.init),
                species.firstIndex(of: line[0]) ?? 0)
        }
        return rows
    }

    @Test(.timeLimit(.minutes(10)), arguments: families(.table))
    func `families of tables tell penguins apart`(_ name: String) throws {
        let rows = try Self.penguins()
        let accuracy = try Self.accuracy(name, rows, epochs: 20, rate: 0.01)
        print("\(name): \(accuracy), chance \(rows.chance)")
        #expect(accuracy > 0.85, "\(name), chance is \(rows.chance)")
    }

    // MARK: Made data

    /// Waves whose number of periods is their class, from any phase, in noise.
    static func waves(_ signature: InputSignature, classes: Int, count: Int) -> Rows {
        var rows = Rows(signature: signature, classes: classes)
        var random = Numbers(state: 9)
        let length = signature.shape[signature.shape.count - 1], channels = rows.length / length
        for sample in 0..<count {
            let label = sample % classes, phase = Float(random.below(1000)) / 1000
            var row: [Float] = []
            for channel in 0..<channels {
                for place in 0..<length {
                    let turn = Float(place) / Float(length) * Float(4 + 6 * label) + phase + Float(channel) / 7
                    row.append(sin(turn * 2 * .pi) + Float(random.below(1000)) / 1000 - 0.5)
                }
            }
            rows.add(row, label)
        }
        return rows
    }

    @Test(.timeLimit(.minutes(10)), arguments: families(.series))
    func `families of series tell waves apart`(_ name: String) throws {
        let accuracy = try Self.accuracy(
            name, Self.waves(.init(kind: .series, shape: [2, 100]), classes: 3, count: 180), epochs: 8)
        #expect(accuracy > 0.6, "\(name), chance is 0.33")
    }

    @Test(.timeLimit(.minutes(10)), arguments: families(.waveform))
    func `families of waveforms tell tones apart`(_ name: String) throws {
        let accuracy = try Self.accuracy(
            name, Self.waves(.init(kind: .audio, shape: [1, 1_000]), classes: 3, count: 180), epochs: 8)
        #expect(accuracy > 0.6, "\(name), chance is 0.33")
    }

    /// Bars whose place and direction tell the class, as pictures or as spectrograms.
    static func bars(_ kind: ModalityKind, channels: Int, height: Int, width: Int, count: Int) -> Rows {
        var rows = Rows(signature: .init(kind: kind, shape: [channels, height, width]), classes: 4)
        var random = Numbers(state: 4)
        for sample in 0..<count {
            let label = sample % 4, side = label < 2 ? height : width
            let place = side * (1 + 2 * (label % 2)) / 4 + random.below(3) - 1
            var row: [Float] = []
            for _ in 0..<channels {
                for y in 0..<height {
                    for x in 0..<width {
                        let isBar = abs((label < 2 ? y : x) - place) <= 1
                        row.append((isBar ? 1.5 : 0) + Float(random.below(1000)) / 1000 - 0.5)
                    }
                }
            }
            rows.add(row, label)
        }
        return rows
    }

    @Test(.timeLimit(.minutes(10)), arguments: families(.picture))
    func `families of pictures tell bars apart`(_ name: String) throws {
        let rows = Self.bars(.image, channels: 3, height: 24, width: 24, count: 240)
        let accuracy = try Self.accuracy(name, rows, epochs: 10, rate: name == "ViT" ? 0.003 : 0.01)
        #expect(accuracy > 0.5, "\(name), chance is 0.25")
    }

    @Test(.timeLimit(.minutes(10)), arguments: ["TC-ResNet", "CRNN", "ResNet", "MobileNet"])
    func `families of spectrograms tell bars apart`(_ name: String) throws {
        let rows = Self.bars(.audio, channels: 1, height: 20, width: 40, count: 240)
        let accuracy = try Self.accuracy(name, rows, epochs: 6, rate: 0.01)
        #expect(accuracy > 0.5, "\(name), chance is 0.25")
    }
}
