import Model

extension SpeechSet {
    /// The recordings of each split.
    ///
    /// - `recording`: the official test recordings are the test; of the others, a tenth of each class and speaker is for
    ///   validation, chosen by the seed.
    /// - `speaker`: all recordings of one speaker, chosen by the seed, are the test; the others' are parted as above.
    func split(_ split: DatasetRecipe.Split, seed: UInt64) throws -> PerSplit<[Int]> {
        let isTest: (Recording) -> Bool
        switch split {
        case .recording: isTest = \.isTest
        case .speaker:
            let held = try heldOutSpeaker(seed: seed)
            isTest = { $0.speaker == held }
        }
        var result = PerSplit<[Int]>(training: [], validation: [], test: [])
        result.test = recordings.indices.filter { isTest(recordings[$0]) }
        let others = recordings.indices.filter { !isTest(recordings[$0]) }
        let groups = Dictionary(grouping: others) { "\(recordings[$0].label) \(recordings[$0].speaker)" }
        for (group, members) in groups.sorted(by: { $0.key < $1.key }) {
            var generator = SplitMix64(seed: seed, purpose: "audio.validation.\(group)")
            let order = generator.shuffled(members)
            let validationCount = min(max(1, order.count / 10), order.count - 1)
            result.validation += order.prefix(validationCount)
            result.training += order.dropFirst(validationCount)
        }
        result.validation.sort()
        result.training.sort()
        return result
    }

    /// The speaker that a recipe with this seed keeps for its test.
    func heldOutSpeaker(seed: UInt64) throws -> String {
        let speakers = Set(recordings.map(\.speaker)).sorted()
        guard speakers.count >= 2 else {
            throw Failure(
                .invalidArgument,
                "split: there are recordings of \(speakers.count) speaker; a split by speaker needs two or more.")
        }
        return speakers[Int(seed % UInt64(speakers.count))]
    }
}
