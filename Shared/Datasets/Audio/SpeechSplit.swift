import Model

extension SpeechSet {
    /// The recordings of each split.
    ///
    /// - `recording`: the official test recordings form the test split; of the others, a tenth per class and speaker is
    ///   for validation, chosen by the seed.
    /// - `speaker`: all recordings of one speaker, chosen by the seed, form the test split; the others are split as
    ///   above.
    ///
    /// - Parameter speakers: The speakers whose recordings are used; nil for all.
    func split(
        _ split: DatasetRecipe.Split, seed: UInt64, speakers: [String]? = nil
    ) throws -> PerSplit<[Int]> {
        let chosen = try indices(of: speakers)
        let isTest: (Recording) -> Bool
        switch split {
        case .recording: isTest = \.isTest
        case .speaker:
            let held = try heldOutSpeaker(seed: seed, among: speakers)
            isTest = { $0.speaker == held }
        }
        var result = PerSplit<[Int]>(training: [], validation: [], test: [])
        result.test = chosen.filter { isTest(recordings[$0]) }
        let others = chosen.filter { !isTest(recordings[$0]) }
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

    private func indices(of speakers: [String]?) throws -> [Int] {
        guard let speakers else { return Array(recordings.indices) }
        let known = Set(recordings.map(\.speaker)).sorted()
        if let stranger = speakers.first(where: { !known.contains($0) }) {
            throw Failure(
                .invalidArgument,
                "data.speakers: there is no speaker '\(stranger)'.\(NearestName.question(stranger, among: known)) Known"
                    + " speakers: \(known.joined(separator: ", ")).")
        }
        return recordings.indices.filter { speakers.contains(recordings[$0].speaker) }
    }

    /// The speaker that a recipe with this seed keeps for test.
    /// - Parameter chosen: The speakers whose recordings are used; nil for all.
    func heldOutSpeaker(seed: UInt64, among chosen: [String]? = nil) throws -> String {
        let speakers = Set(try indices(of: chosen).map { recordings[$0].speaker }).sorted()
        guard speakers.count >= 2 else {
            throw Failure(
                .invalidArgument,
                "split: there are recordings of only \(speakers.count) speaker; a split by speaker needs at least two.")
        }
        return speakers[Int(seed % UInt64(speakers.count))]
    }
}
