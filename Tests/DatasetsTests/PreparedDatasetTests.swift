import Foundation
import Model
import Safetensors
import TestSupport
import Testing
import Torch

@testable import Datasets

@Suite(.timeLimit(.minutes(5))) struct `Prepared datasets` {
    let recipe: DatasetRecipe
    let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
        recipe = try Self.synthetic(seed: 5)
    }

    private static var tones: SpeechSet { .tones(clip: .init(rate: 8000, samples: 8000), classes: 10, seed: 1) }

    private static func synthetic(seed: UInt64) throws -> DatasetRecipe {
        try DatasetRecipe(
            modalities: [
                "image": .init(dataset: "synthetic-digits", energyRemoved: 0.75),
                "audio": .init(dataset: "synthetic-tones", noise: "synthetic-noise", spectrogram: 64),
            ], mixes: 2, counts: .init(training: 60, validation: 20, test: 30), seed: seed)
    }

    private func prepared(_ recipe: DatasetRecipe, as name: String = "one") throws -> PreparedDataset {
        try DatasetPreparer().prepare(recipe, to: folder.path(name))
        return try PreparedDataset(opening: folder.path(name))
    }

    @Test func `the same recipe gives the same bytes, another seed others`() throws {
        _ = try prepared(recipe, as: "one")
        _ = try prepared(recipe, as: "two")
        _ = try prepared(Self.synthetic(seed: 6), as: "three")
        let one = try Data(contentsOf: folder.url.appending(path: "one"))
        #expect(try one == Data(contentsOf: folder.url.appending(path: "two")))
        #expect(try one != Data(contentsOf: folder.url.appending(path: "three")))
    }

    @Test func `splits have the requested number of samples`() throws {
        let dataset = try prepared(recipe)
        #expect(dataset.manifest?.content == recipe.id)
        for (split, count) in [(PreparedDataset.Split.training, 60), (.validation, 20), (.test, 30)] {
            let source = try dataset.source(split)
            #expect(source.count == count)
            #expect(source.target.outputs == 10)
            #expect(source.modality("image")?.shape == [1, 28, 28])
            #expect(source.modality("audio")?.shape == [1, 64, 64])
        }
    }

    @Test func `a file of an older version, without a manifest, is read alike`() throws {
        let dataset = try prepared(recipe)
        let file = try SafetensorsFile(opening: folder.path("one"))
        let tensors = try file.entries.map {
            try Tensor($0.name, $0.type, shape: $0.shape, bytes: [UInt8](file.unsafeBytes(of: $0)))
        }
        try SafetensorsFile.write(
            tensors, metadata: file.metadata.filter { $0.key != "manifest" }, to: folder.path("older"))
        let older = try PreparedDataset(opening: folder.path("older"))
        #expect(older.manifest == nil && older.inputs == dataset.inputs && older.target == dataset.target)
        let (one, two) = (try dataset.source(.training), try older.source(.training))
        #expect(one.modalities.map(\.scales) == two.modalities.map(\.scales))
        #expect(one.modalities.map(\.offsets) == two.modalities.map(\.offsets))
    }

    @Test func `numbers have mean 0 and variance 1 over the training rows`() throws {
        let source = try prepared(recipe).source(.training)
        for modality in source.modalities {
            let numbers = withExtendedLifetime(source) {
                modality.rows.map { Double($0) * Double(modality.scales[0]) + Double(modality.offsets[0]) }
            }
            let mean = numbers.reduce(0, +) / Double(numbers.count)
            let variance = numbers.reduce(0) { $0 + $1 * $1 } / Double(numbers.count) - mean * mean
            #expect(abs(mean) < 1e-4)
            #expect(abs(variance - 1) < 1e-3)
        }
    }

    @Test(arguments: ["image", "audio"])
    func `rows show the class of their label`(modality: String) throws {
        let settings = [
            "image": DatasetRecipe.Modality(dataset: "synthetic-digits"),
            "audio": DatasetRecipe.Modality(dataset: "synthetic-tones", spectrogram: 64),
        ]
        let plain = try DatasetRecipe(
            modalities: settings.filter { $0.key == modality },
            counts: .init(training: 200, validation: 10, test: 50))
        let dataset = try prepared(plain)
        let (training, test) = try (rows(dataset.source(.training)), rows(dataset.source(.test)))
        // The class means of one split classify most samples of another.
        let means = (0..<10).map { label in
            let members = training.filter { $0.label == label }
            return members.reduce([Float](repeating: 0, count: training[0].row.count)) { sum, member in
                zip(sum, member.row).map { $0 + $1 / Float(members.count) }
            }
        }
        let right = test.count { sample in
            let distances = means.map { zip($0, sample.row).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
            return distances.indices.min { distances[$0] < distances[$1] } == sample.label
        }
        #expect(right >= 15, "of 50; chance is 5")
    }

    private func rows(_ source: SampleSource) throws -> [(label: Int, row: [Float])] {
        let modality = source.modalities[0]
        return withExtendedLifetime(source) {
            zip(source.labels ?? [], modality.indices).map { label, index in
                let start = Int(index) * modality.elementCount
                return (Int(label), modality.rows[start..<start + modality.elementCount].map(Float.init))
            }
        }
    }

    @Test func `files that are not prepared datasets are refused`() throws {
        #expect(throws: Failure.self) { try PreparedDataset(opening: folder.path("none")) }
        try SafetensorsFile.write([], to: folder.path("plain"))
        #expect(throws: Failure.self) { try PreparedDataset(opening: folder.path("plain")) }
        let broken = ["format": "gyrus-dataset 1", "recipe": "{}"]
        try SafetensorsFile.write([], metadata: broken, to: folder.path("broken"))
        let failure = try #require(throws: Failure.self) { try PreparedDataset(opening: folder.path("broken")) }
        #expect(failure.message.contains("modalities"))
        let hollow = ["format": "gyrus-dataset 1", "recipe": recipe.canonicalJSON]
        try SafetensorsFile.write([], metadata: hollow, to: folder.path("hollow"))
        let dataset = try PreparedDataset(opening: folder.path("hollow"))
        #expect(throws: Failure.self) { try dataset.source(.test) }
    }

    @Test func `a truncated dataset is refused`() throws {
        _ = try prepared(recipe)
        let bytes = try Data(contentsOf: folder.url.appending(path: "one"))
        let path = try folder.write(bytes.dropLast(), as: "cut")
        #expect(try #require(throws: Failure.self) { try PreparedDataset(opening: path) }.code == .corrupt)
    }

    @Test func `a missing dataset is reported with all places that were searched`() throws {
        let real = try DatasetRecipe(modalities: ["image": .init(dataset: "mnist")])
        let locator = DataLocator(
            folder: "/given", environment: ["GYRUS_DATA": "/named", "XDG_CACHE_HOME": "/cache"],
            currentFolder: folder.url.path + "/work")
        let failure = try #require(throws: Failure.self) {
            try DatasetPreparer(locator: locator).prepare(real, to: folder.path("none"))
        }
        #expect(failure.code == .notFound)
        for place in [
            "/given/avmnist/mnist", "/given/mnist", "/named/mnist", "\(folder.url.path)/shared/data/mnist",
            "/cache/gyrus/data/mnist", "--data", "$GYRUS_DATA",
        ] {
            #expect(failure.message.contains(place))
        }
        #expect(locator.missing(for: real) == ["mnist"])
        #expect(try locator.substituting(real).modalities["image"]?.dataset == "synthetic-digits")
        #expect(try locator.substituting(recipe) == recipe)
    }

    @Test func `preparation stops when its task is canceled`() async throws {
        let path = folder.path("never")
        let recipe = recipe
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try DatasetPreparer().prepare(recipe, to: path)
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func `names of splits are parsed and suggested`() throws {
        #expect(try PreparedDataset.split(named: "test") == .test)
        let failure = try #require(throws: Failure.self) { try PreparedDataset.split(named: "tets") }
        #expect(failure.message.contains("Did you mean 'test'?"))
    }

    @Test func `no recording or noise clip is in two splits`() throws {
        let speech = Self.tones
        let modality = try AudioModality(
            #require(recipe.modalities["audio"]), side: 64, recipe: recipe, speech: speech,
            noise: NoiseSet.generated(rate: 8000, seed: 1))
        let recordings = modality.plan.map { Set($0.map(\.recording)) }
        #expect(recordings.training.count == 2050 && recordings.validation.count == 200)
        #expect(recordings.test == Set(speech.recordings.indices.filter { speech.recordings[$0].isTest }))
        #expect(recordings.training.isDisjoint(with: recordings.validation))
        #expect(recordings.training.union(recordings.validation).isDisjoint(with: recordings.test))
        let clips = modality.plan.map { Set($0.compactMap { $0.noise?.clip }) }
        #expect(clips.training.isDisjoint(with: clips.validation))
        #expect(clips.training.union(clips.validation).isDisjoint(with: clips.test))
        #expect(modality.plan.training.count == 2 * 2050)
        #expect(Set(modality.plan.training).count > 3900)
    }

    @Test(arguments: 0..<5 as Range<UInt64>)
    func `the held-out speaker is only in the test split`(seed: UInt64) throws {
        let speech = Self.tones
        let parts = try speech.split(.speaker, seed: seed)
        let held = try speech.heldOutSpeaker(seed: seed)
        #expect(held == "voice\(seed)")
        #expect(parts.test.count == 500)
        #expect(parts.test.allSatisfy { speech.recordings[$0].speaker == held })
        #expect((parts.training + parts.validation).allSatisfy { speech.recordings[$0].speaker != held })
        #expect(parts.training.count == 1800 && parts.validation.count == 200)
    }
}
