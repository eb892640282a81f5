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
    /// The samples of a clip.
    let samples: @Sendable (_ index: Int) throws -> [Float]

    /// Opens the set with a given name.
    static func named(_ name: String, locator: DataLocator, seed: UInt64) throws -> NoiseSet {
        switch name {
        case "esc10": try .environmentalSounds(folder: locator.folder(of: name))
        case "synthetic-noise": .syntheticNoise(seed: seed)
        default: throw Failure(.invalidArgument, "Gyrus has no reader for the noise set '\(name)'.")
        }
    }

    /// Opens clips of ESC: files named `{fold}-{recording}-{take}-{class}.wav`.
    static func environmentalSounds(folder: String) throws -> NoiseSet {
        let found = try AudioFolder.files(in: folder).map { file in
            let parts = file.dropLast(4).split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 4, let fold = Int(parts[0]), fold > 0 else {
                throw Failure(
                    .corrupt,
                    "'\(folder)/\(file)' is not named like an ESC clip: '{fold}-{recording}-{take}-{class}.wav'."
                )
            }
            return (file, Clip(name: String(file.dropLast(4)), fold: fold))
        }
        return NoiseSet(clips: found.map(\.1)) { index in
            try AudioFolder.samples(of: "\(folder)/\(found[index].0)")
        }
    }

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
