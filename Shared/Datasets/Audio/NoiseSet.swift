import Model

/// Clips of noise in folds; clips cut from one recording are in the same fold.
struct NoiseSet: Sendable {
    /// One clip.
    struct Clip: Sendable, Hashable {
        let name: String
        let fold: Int
    }

    /// Sorted by name.
    let clips: [Clip]
    /// The samples of a clip, at the rate of the recordings that it is mixed into.
    let samples: @Sendable (_ index: Int) throws -> [Float]

    /// The clips of each split: the last fold is for test, the one before for validation, all others for training.
    func split() throws -> PerSplit<[Int]> {
        let folds = Set(clips.map(\.fold)).sorted()
        guard folds.count >= 3 else {
            throw Failure(
                .invalidArgument,
                "The noise is in \(folds.count) folds; three are required to keep the splits separate.")
        }
        let (test, validation) = (folds[folds.count - 1], folds[folds.count - 2])
        return PerSplit(
            training: clips.indices.filter { clips[$0].fold < validation },
            validation: clips.indices.filter { clips[$0].fold == validation },
            test: clips.indices.filter { clips[$0].fold == test })
    }
}
