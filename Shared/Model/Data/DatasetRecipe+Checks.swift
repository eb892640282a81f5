extension DatasetRecipe {
    /// Checks modalities against the presets and fills in the defaults for their kinds.
    static func completed(_ modalities: [String: Modality]) throws -> [String: Modality] {
        guard !modalities.isEmpty else {
            throw Failure(.invalidArgument, "modalities: give at least one, such as \(exampleModality).")
        }
        var completed: [String: Modality] = [:]
        var labels: (modality: String, [String])?
        for (name, modality) in modalities.sorted(by: { $0.key < $1.key }) {
            let field = "modalities.\(name)"
            try checkName(name, field: field)
            let preset = try Preset.named(modality.dataset, field: "\(field).dataset")
            switch preset.content {
            case .pictures: completed[name] = try completedImage(modality, field: field)
            case .recordings(_, let side):
                completed[name] = try completedAudio(modality, usualSide: side, field: field)
            case .video: completed[name] = try completedVideo(modality, field: field)
            case .noise:
                throw Failure(
                    .invalidArgument,
                    "\(field).dataset: '\(preset.name)' is noise; name it under 'noise' of an audio modality.")
            }
            if let labels, labels.1 != preset.classes {
                throw Failure(
                    .invalidArgument,
                    "\(field).dataset: '\(preset.name)' does not have the same classes as modality "
                        + "'\(labels.modality)', so their samples cannot be paired.")
            }
            labels = (name, preset.classes)
        }
        return completed
    }

    /// A modality as scenarios write it, for messages.
    static var exampleModality: String { "image: {dataset: \(Preset.example(.image))}" }

    /// Checks the chosen classes and speakers.
    func checkParts() throws {
        let classes = target.outputs
        if let labels, labels.isEmpty {
            throw Failure(
                .invalidArgument, "data.labels: give at least one class; classes are 0 to \(classes - 1).")
        }
        if let unknown = labels?.first(where: { !(0..<classes).contains($0) }) {
            throw Failure(.invalidArgument, "data.labels: unknown class \(unknown); classes are 0 to \(classes - 1).")
        }
        guard let speakers else { return }
        guard !speakers.isEmpty, modalities.values.contains(where: { $0.spectrogram != nil }) else {
            throw Failure(.invalidArgument, "data.speakers: give names of speakers, and an audio modality.")
        }
    }

    /// Names become parts of layer names and of tensor names.
    static func checkName(_ name: String, field: String) throws {
        let isName =
            name.first?.isLowercase == true && name.utf8.count <= 32
            && name.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || "0"..."9" ~= $0 || $0 == "_")
            }
        guard isName else {
            throw Failure(
                .invalidArgument,
                "\(field): a modality's name is a lowercase letter followed by letters, digits and '_', at most 32 in "
                    + "total."
            )
        }
    }

    private static func completedImage(_ modality: Modality, field: String) throws -> Modality {
        try refuseVideo(modality, field)
        let removed = modality.energyRemoved ?? 0
        guard removed >= 0, removed < 1 else {
            throw Failure(
                .invalidArgument, "\(field).pca-energy-removed: \(removed) is not from 0 to below 1, such as 0.75.")
        }
        try refuse(modality.noise, "\(field).noise", of: "audio")
        try refuse(modality.signalToNoise, "\(field).signal-to-noise", of: "audio")
        try refuse(modality.spectrogram, "\(field).spectrogram", of: "audio")
        return Modality(dataset: modality.dataset, energyRemoved: removed)
    }

    private static func completedAudio(
        _ modality: Modality, usualSide: Int, field: String
    ) throws -> Modality {
        try refuseVideo(modality, field)
        try refuse(modality.energyRemoved, "\(field).pca-energy-removed", of: "images")
        let side = modality.spectrogram ?? usualSide
        try check(side, in: Limits.spectrogram, field: "\(field).spectrogram")
        guard let noise = modality.noise else {
            guard modality.signalToNoise == nil else {
                throw Failure(
                    .invalidArgument,
                    "\(field).signal-to-noise: no noise is given; add \(field).noise, such as "
                        + "\(Preset.example(nil)).")
            }
            return Modality(dataset: modality.dataset, spectrogram: side)
        }
        _ = try Preset.noise(named: noise, field: "\(field).noise")
        let decibels = modality.signalToNoise ?? defaultSignalToNoise
        guard Limits.signalToNoise.contains(decibels) else {
            throw Failure(
                .invalidArgument,
                "\(field).signal-to-noise: \(decibels) dB is not in \(Limits.signalToNoise.lowerBound) to "
                    + "\(Limits.signalToNoise.upperBound).")
        }
        return Modality(dataset: modality.dataset, noise: noise, signalToNoise: decibels, spectrogram: side)
    }

    /// Loud enough to hurt a network that only hears, soft enough that a second modality compensates for it.
    static let defaultSignalToNoise = 10.0

    static func refuse(_ value: Any?, _ field: String, of kind: String) throws {
        guard value != nil else { return }
        throw Failure(.invalidArgument, "\(field): this setting is only for \(kind); leave it out.")
    }

    static func check(_ value: Int, in range: ClosedRange<Int>, field: String) throws {
        guard range.contains(value) else {
            throw Failure(
                .invalidArgument, "\(field): \(value) is not from \(range.lowerBound) to \(range.upperBound).")
        }
    }

    static func explain(_ error: DecodingError) -> String {
        func path(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
            (context.codingPath + (last.map { [$0] } ?? [])).map(\.stringValue).joined(separator: ".")
        }
        return switch error {
        case .keyNotFound(let key, let context): "'\(path(context, key))' is missing."
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            "'\(path(context))': \(context.debugDescription)"
        @unknown default: String(describing: error)
        }
    }
}
