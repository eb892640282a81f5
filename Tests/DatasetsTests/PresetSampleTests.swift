import Foundation
import Model
import Safetensors
import TestSupport
import Testing

@testable import Datasets

/// The samples of presets never change: networks of older versions were trained on them.
@Suite(.timeLimit(.minutes(5))) struct `Samples of presets` {
    /// A recipe, and what its samples were when this was written.
    struct Known: CustomTestStringConvertible, Sendable {
        let recipe: DatasetRecipe
        /// Digest of everything that is chosen or copied: labels, indices, unchanged pictures.
        let chosen: String
        /// Weighted means of the training rows that are computed, whose last bits depend on the processor.
        let computed: [String: Double]

        var testDescription: String { recipe.canonicalJSON }

        init(
            _ modalities: [String: DatasetRecipe.Modality], split: DatasetRecipe.Split = .recording, mixes: Int = 2,
            counts: DatasetRecipe.Counts = .init(training: 60, validation: 20, test: 30), seed: UInt64 = 5,
            labels: [Int]? = nil, speakers: [String]? = nil, chosen: String, computed: [String: Double]
        ) throws {
            recipe = try DatasetRecipe(
                modalities: modalities, split: split, mixes: mixes, counts: counts, seed: seed, labels: labels,
                speakers: speakers)
            (self.chosen, self.computed) = (chosen, computed)
        }
    }

    private static func synthetic() throws -> [Known] {
        [
            try Known(
                ["picture": .init(dataset: "synthetic-digits")],
                chosen: "fa0775bead3b0eb6940ce3427a3bbc52a05b830473a5724890526ed0a66977e7", computed: [:]),
            try Known(
                [
                    "image": .init(dataset: "synthetic-digits", energyRemoved: 0.75),
                    "audio": .init(dataset: "synthetic-tones", noise: "synthetic-noise", spectrogram: 64),
                ], chosen: "99f018bc905625c036137a07fa67da73fab6e68eb0413bf4e084744828047cf1",
                computed: ["audio": 11716.5225, "image": 9569.3673]),
            try Known(
                ["sound": .init(dataset: "synthetic-tones")], split: .speaker, seed: 8, labels: [7, 1, 4],
                speakers: ["voice0", "voice2", "voice3"],
                chosen: "9662e1bcf2862b4fe48c8cbf00266cf93a23ae19d7633a2ae3fe37b3f7e9ebd8",
                computed: ["sound": 3888.8408]),
        ]
    }

    private static func real() throws -> [Known] {
        [
            try Known(
                [
                    "image": .init(dataset: "mnist", energyRemoved: 0.75),
                    "audio": .init(dataset: "fsdd", noise: "esc10", signalToNoise: 5),
                ], mixes: 3, counts: .init(training: 200, validation: 50, test: 50), seed: 1,
                chosen: "2dc58c046ef04f373049793276f7411af4c18cbd11bbda4960645c1fbd9c531f",
                computed: ["audio": 13973.0063, "image": 10688.5503]),
            try Known(
                ["image": .init(dataset: "mnist"), "audio": .init(dataset: "fsdd", spectrogram: 64)], split: .speaker,
                seed: 2, chosen: "3fd4901a007077eba3795b66eb2737605fb43acc48ae3169e9aa077388a575ca",
                computed: ["audio": 6924.1505]),
        ]
    }

    @Test(arguments: try synthetic()) func `generated presets give the same samples as ever`(_ known: Known) throws {
        try Self.check(known, DataLocator())
    }

    @Test(.enabled(if: RealData.isHere, Comment(rawValue: RealData.reason)), arguments: try real())
    func `presets on disk give the same samples as ever`(_ known: Known) throws {
        try Self.check(known, RealData.locator)
    }

    @Test(arguments: Preset.all.filter { !$0.isGenerated }) func `every preset has a reader that looks for its files`(
        _ preset: Preset
    ) throws {
        let nowhere = DataLocator(folder: "/no", environment: [:], currentFolder: "/no/such")
        let failure = try #require(throws: Failure.self) {
            switch preset.content {
            case .pictures(let shape): _ = try preset.pictures(shape, locator: nowhere, seed: 1)
            case .recordings(let clip, _): _ = try preset.recordings(clip, locator: nowhere, seed: 1)
            case .noise: _ = try preset.noise(for: .init(rate: 1, samples: 1), locator: nowhere, seed: 1)
            case .video: _ = try preset.sequences(.init(dataset: preset.name), locator: nowhere)
            }
        }
        #expect(failure.code == .notFound && failure.message.contains(preset.folders[0]))
    }

    private static func check(_ known: Known, _ locator: DataLocator) throws {
        let folder = try TemporaryDirectory()
        try DatasetPreparer(locator: locator).prepare(known.recipe, to: folder.path("data"))
        let file = try SafetensorsFile(opening: folder.path("data"))
        var chosen: [UInt8] = []
        for entry in file.entries.sorted(by: { $0.name < $1.name }) {
            let bytes = file.unsafeBytes(of: entry)
            guard let (_, mean) = known.computed.first(where: { entry.name.hasSuffix(".\($0.key).rows") }) else {
                chosen += Array(entry.name.utf8) + bytes
                continue
            }
            guard entry.name.hasPrefix("training") else { continue }
            // The weights show when bytes change places.
            let sum = bytes.enumerated().reduce(0) { $0 + Int($1.element) * ($1.offset % 251) }
            #expect(abs(Double(sum) / Double(bytes.count) - mean) < mean / 10_000, "\(entry.name)")
        }
        #expect(BlobDigest(hashing: chosen).hexadecimal == known.chosen)
    }
}
