extension DatasetRecipe {
    /// Checks a modality of sequences of frames.
    static func completedVideo(_ modality: Modality, field: String) throws -> Modality {
        try refuse(modality.energyRemoved, "\(field).pca-energy-removed", of: "images")
        try refuse(modality.noise, "\(field).noise", of: "audio")
        try refuse(modality.signalToNoise, "\(field).signal-to-noise", of: "audio")
        try refuse(modality.spectrogram, "\(field).spectrogram", of: "audio")
        guard let detectors = modality.detectors, Limits.detectors.contains(detectors.count) else {
            throw Failure(
                .invalidArgument,
                "\(field).detectors: name 1 to \(Limits.detectors.upperBound) detectors whose detections to follow, "
                    + "such as [yolov8n_bytetrack, ssd-mobilenet_sort].")
        }
        try checkNames(detectors, field: "\(field).detectors")
        try checkNames(modality.heldOut ?? [], field: "\(field).held-out")
        if let frames = modality.frames { try check(frames, in: Limits.frames, field: "\(field).frames") }
        return Modality(
            dataset: modality.dataset, detectors: detectors, heldOut: modality.heldOut ?? [], frames: modality.frames)
    }

    static func refuseVideo(_ modality: Modality, _ field: String) throws {
        try refuse(modality.detectors, "\(field).detectors", of: "video")
        try refuse(modality.heldOut, "\(field).held-out", of: "video")
        try refuse(modality.frames, "\(field).frames", of: "video")
    }

    /// Names of detectors and sequences are also file names and choices in a search.
    private static func checkNames(_ names: [String], field: String) throws {
        for name in names {
            let isName =
                name.utf8.count <= 64 && !name.hasPrefix(".")
                && name.utf8.allSatisfy { byte in
                    (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte)
                        || "_-.".utf8.contains(byte)
                }
            guard isName, !name.isEmpty else {
                throw Failure(
                    .invalidArgument,
                    "\(field): '\(name.prefix(80))' is not a valid name: use at most 64 letters, digits, '_', '-' and "
                        + "'.'."
                )
            }
        }
        guard Set(names).count == names.count else {
            throw Failure(.invalidArgument, "\(field): a name is listed twice.")
        }
    }
}
