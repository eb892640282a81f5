import Model

extension NoiseSet {
    /// Opens a folder of files named `{fold}-{recording}-{take}-{class}.wav`, like the clips of ESC.
    static func folds(folder: String, rate: Int) throws -> NoiseSet {
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
            try AudioFolder.samples(of: "\(folder)/\(found[index].0)", rate: rate)
        }
    }
}
