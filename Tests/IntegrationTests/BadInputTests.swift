import Foundation
import TestSupport
import Testing

/// Typical mistakes on the command line, with the exit status that a script would see.
@Suite(.timeLimit(.minutes(2))) struct `Bad input on the command line` {
    private static func scenario(_ modality: String, _ dataset: String, _ further: String = "") -> String {
        """
        scenario: small
        stimuli: [see digits]
        task: classification
        modalities:
          \(modality): {dataset: \(dataset)}
        data: {samples: {training: 100, validation: 20, test: 20}, seed: 1}
        search: {method: evolution, population: 2, trials: 2, seed: 7, structures: [LeNet3], widths: [0.5]}
        \(further)
        """
    }

    @Test(arguments: [
        ("search: {method: evolution", "serch: {method: evolution", ["wrong.yaml:7:", "serch", "search"]),
        ("population: 2", "population: two", ["wrong.yaml:7:", "population"]),
        ("dataset: mnist", "dataset: mnits", ["wrong.yaml:5:", "mnits", "mnist"]),
        (
            "task: classification", "task: classification\nobjective: {limits: {parameters: 10}}",
            ["objective.limits.parameters", "at most 10 parameters"]
        ),
        ("scenario: small", "scenario: [small", ["wrong.yaml:"]),
    ])
    func `an invalid scenario is refused with file, line and field`(
        good: String, bad: String, expected: [String]
    ) async throws {
        try await GyrusCommand.use { gyrus in
            let text = Self.scenario("image", "mnist").replacing(good, with: bad)
            let file = try gyrus.write(text, to: "wrong.yaml")
            try await gyrus.run("up", "-d", "designer", "--scale", "trainer=1")
            let output = try await gyrus.run("publish", file)
            #expect(output.status == 2 && output.out.isEmpty)
            for part in expected { #expect(output.err.contains(part), "\(output.err)") }
        }
    }

    /// A folder of raw data with one broken file, what the scenario requests, and what the message must name.
    enum Damage: String, CaseIterable {
        case missing, image, recording

        var modality: (String, String) { self == .recording ? ("audio", "fsdd") : ("image", "mnist") }

        var expected: [String] {
            switch self {
            case .missing: ["mnist", "--data"]
            case .image: ["train-images-idx3-ubyte", "the file ends after 84"]
            case .recording: ["3_theo_7.wav", "truncated"]
            }
        }

        func write(to folder: URL) throws {
            func write(_ bytes: [UInt8], _ path: String) throws {
                let file = folder.appending(path: path)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(bytes).write(to: file)
            }
            switch self {
            case .missing: break
            case .image:
                for (part, count) in [("train", 200), ("t10k", 100)] {
                    let labels = (0..<count).map { UInt8($0 % 10) }
                    try write([0, 0, 8, 1, 0, 0, 0, UInt8(count)] + labels, "mnist/\(part)-labels-idx1-ubyte")
                }
                // The header announces 200 pictures, but the file ends within the first.
                let head: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 200, 0, 0, 0, 28, 0, 0, 0, 28]
                try write(head + [UInt8](repeating: 1, count: 84), "mnist/train-images-idx3-ubyte")
            case .recording:
                for digit in 0...9 {
                    for index in 0...9 { try write(Self.sound, "fsdd/recordings/\(digit)_theo_\(index).wav") }
                }
                try write(Array(Self.sound.prefix(200)), "fsdd/recordings/3_theo_7.wav")
            }
        }

        /// A quarter of a second of sound, 8 kHz, 16 bits.
        private static let sound: [UInt8] = {
            func number(_ value: Int, _ bytes: Int) -> [UInt8] { (0..<bytes).map { UInt8(value >> (8 * $0) & 255) } }
            let samples = (0..<2000).flatMap { number(Int(8000 * sin(Double($0) / 5)) & 0xFFFF, 2) }
            let format =
                number(1, 2) + number(1, 2) + number(8000, 4) + number(16000, 4) + number(2, 2) + number(16, 2)
            return Array("RIFF".utf8) + number(36 + samples.count, 4) + Array("WAVEfmt ".utf8) + number(16, 4) + format
                + Array("data".utf8) + number(samples.count, 4) + samples
        }()
    }

    @Test(arguments: Damage.allCases)
    func `missing or truncated data fails the scenario with the file's name, and the services survive`(
        damage: Damage
    ) async throws {
        let data = FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: data) }
        try damage.write(to: data)
        try await GyrusCommand.use(environment: ["GYRUS_DATA": data.path, "XDG_CACHE_HOME": data.path]) { gyrus in
            try await gyrus.run("up", "-d", "--scale", "trainer-worker=1")
            let (modality, dataset) = damage.modality
            let file = try gyrus.write(Self.scenario(modality, dataset), to: "digits.yaml")
            let output = try await gyrus.run("publish", "--wait", file)
            #expect(output.status == 1)
            for part in damage.expected { #expect(output.err.contains(part), "\(output.err)") }
            #expect(try await gyrus.run("health").status == 0)
            let id = output.out.trimmingCharacters(in: .newlines)
            let other = try gyrus.write(Self.scenario("image", "synthetic-digits"), to: "synthetic.yaml")
            #expect(try await gyrus.run("publish", "--wait", other).status == 0)
            #expect(try await gyrus.run("scenarios", "--quiet").out.contains(id))
        }
    }
}
