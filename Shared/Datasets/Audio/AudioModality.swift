import Model

/// A modality of speech with noise, as spectrograms.
struct AudioModality: ModalitySource {
    /// A possible row: a recording, and the noise to add to it.
    struct Candidate: Hashable {
        let recording: Int
        /// Clip and first sample of the excerpt.
        let noise: Excerpt?
    }

    /// A part of a clip of noise.
    struct Excerpt: Hashable {
        let clip: Int
        let start: Int
    }

    let shape: [Int]
    let candidates: PerSplit<[Int]>
    let plan: PerSplit<[Candidate]>

    private let speech: SpeechSet
    private let noise: [[Float]]
    private let signalToNoise: Double
    private let spectrogram: Spectrogram
    private let mixer: NoiseMixer
    /// The speaker whose recordings are the test split; nil if all splits have all speakers.
    private let testSpeaker: String?

    /// - Parameter side: Height and width of the spectrogram.
    init(
        _ settings: DatasetRecipe.Modality, side: Int, recipe: DatasetRecipe, speech: SpeechSet, noise: NoiseSet?
    ) throws {
        let mixer = NoiseMixer(length: speech.clip.samples)
        let recordings = try speech.split(recipe.split, seed: recipe.seed, speakers: recipe.speakers)
        let noiseSamples = try noise.map { noise in try noise.clips.indices.map { try noise.samples($0) } } ?? []
        let starts = noiseSamples.map(mixer.audibleStarts)
        let clips = try noise?.split()
        func planned(_ split: PreparedDataset.Split) throws -> [Candidate] {
            var picker = try clips.map { clips in
                try ExcerptPicker(clips: clips[split], starts: starts, split: split, seed: recipe.seed)
            }
            // Without noise, all variants would be the same.
            let mixes = noise == nil ? 1 : recipe.mixes
            return recordings[split].flatMap { recording in
                (0..<mixes).map { _ in Candidate(recording: recording, noise: picker?.next()) }
            }
        }
        plan = try PerSplit(training: planned(.training), validation: planned(.validation), test: planned(.test))
        candidates = plan.map { $0.map { speech.recordings[$0.recording].label } }
        spectrogram = Spectrogram(side: side, clip: speech.clip)
        shape = [1, spectrogram.side, spectrogram.side]
        signalToNoise = settings.signalToNoise ?? 0
        testSpeaker =
            recipe.split == .speaker ? try speech.heldOutSpeaker(seed: recipe.seed, among: recipe.speakers) : nil
        self.mixer = mixer
        self.speech = speech
        self.noise = noiseSamples
    }

    func render(_ chosen: PerSplit<[Int]>) throws -> RenderedModality {
        let rows = try PerSplit(
            training: pictures(chosen.training.map { plan.training[$0] }),
            validation: pictures(chosen.validation.map { plan.validation[$0] }),
            test: pictures(chosen.test.map { plan.test[$0] }))
        var notes = ["window": "\(spectrogram.window)", "hop": "\(spectrogram.hop)"]
        notes["test-speaker"] = testSpeaker
        return RenderedModality(
            rows: rows, notes: notes,
            preparation: .sound(spectrogram.preparation))
    }

    private func pictures(_ candidates: [Candidate]) throws -> [UInt8] {
        var pictures: [UInt8] = []
        pictures.reserveCapacity(candidates.count * spectrogram.side * spectrogram.side)
        var clips: [Float] = []
        for block in stride(from: 0, to: candidates.count, by: 256) {
            try Task.checkCancellation()
            clips.removeAll(keepingCapacity: true)
            for candidate in candidates[block..<min(block + 256, candidates.count)] { clips += try clip(candidate) }
            pictures += try spectrogram.pictures(of: clips)
        }
        return pictures
    }

    private func clip(_ candidate: Candidate) throws -> [Float] {
        let recording = try speech.samples(candidate.recording)
        guard let excerpt = candidate.noise else { return mixer.centered(recording) }
        let samples = noise[excerpt.clip][excerpt.start..<excerpt.start + mixer.length]
        return mixer.mix(recording, with: samples, signalToNoise: signalToNoise)
    }
}

/// Picks random excerpts of noise.
private struct ExcerptPicker {
    private let clips: [Int]
    private let starts: [[Int]]
    private var generator: SplitMix64

    init(clips: [Int], starts: [[Int]], split: PreparedDataset.Split, seed: UInt64) throws {
        self.clips = clips.filter { !starts[$0].isEmpty }
        self.starts = starts
        generator = SplitMix64(seed: seed, purpose: "audio.noise.\(split.rawValue)")
        guard !self.clips.isEmpty else {
            throw Failure(.invalidArgument, "No noise clip of the \(split.rawValue) split has a clip of sound.")
        }
    }

    mutating func next() -> AudioModality.Excerpt {
        let clip = clips[generator.index(below: clips.count)]
        return AudioModality.Excerpt(clip: clip, start: starts[clip][generator.index(below: starts[clip].count)])
    }
}
