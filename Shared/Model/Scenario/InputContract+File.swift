public import Foundation

extension InputContract {
    /// Reads a handwritten contract in YAML.
    /// - Parameter tokenizer: Reads the file of a text encoder's tokenizer, by the name that the contract gives.
    /// - Throws: `Failure` with code `invalid-argument` that names file, line and column.
    public init(
        yaml text: String, file: String,
        tokenizer: (String) throws -> Data = {
            throw Failure(.invalidArgument, "text.tokenizer: cannot read '\($0)' here.")
        }
    ) throws {
        self = try FieldReader.read(text, file: file, as: .group(ScenarioField.contract)) { reader in
            let feature = try reader.integer("feature") ?? 0
            switch (try reader.fields("picture"), try reader.fields("sound"), try reader.fields("text")) {
            case (let picture?, nil, nil): return try Self.picture(picture, feature)
            case (nil, let sound?, nil): return try Self.sound(sound, feature)
            case (nil, nil, let text?): return try Self.text(text, feature, tokenizer)
            default:
                throw reader.wrong("picture", "give either 'picture', 'sound' or 'text', such as picture: {size: 224}.")
            }
        }
    }

    private static func text(
        _ fields: FieldReader, _ feature: Int, _ tokenizer: (String) throws -> Data
    ) throws -> InputContract {
        let encoder = TextEncoding(
            length: try fields.integer("length") ?? TextEncoding.usualLength,
            pooling: try fields.choice("pooling", of: TextEncoding.Pooling.self) ?? .mean,
            norm: try fields.choice("norm", of: TextEncoding.Norm.self) ?? .kept)
        let model = try tokenizer(try fields.text("tokenizer") ?? TextEncoding.usualTokenizer)
        return InputContract(tokenizer: model, encoder, feature: feature)
    }

    /// The contract of a text encoder.
    /// - Parameter tokenizer: Its `tokenizer.json`.
    public init(tokenizer: Data, _ encoder: TextEncoding, feature: Int = 0) {
        var text = TextPreparation(tokens: .subwords, model: tokenizer)
        text.encoder = encoder
        self.init(shape: [encoder.length], preparation: .text(text), feature: feature)
    }

    private static func picture(_ fields: FieldReader, _ feature: Int) throws -> InputContract {
        var size = [try? fields.integer("size")].compactMap(\.self)
        if size.isEmpty { size = try fields.integers("size", repeating: true) ?? [] }
        if size.count == 1 { size += size }
        guard size.count == 2 else { throw fields.wrong("size", "give one number for a square, or [height, width].") }
        let channels = try fields.integer("channels") ?? 3
        if channels == 2 { throw fields.wrong("channels", "must be 1 (gray) or 3 (color).") }
        func values(_ key: String, _ usual: Double) throws -> [Float] {
            let values = (try fields.numbers(key) ?? [usual]).map(Float.init)
            guard values.count == 1 || values.count == channels else {
                throw fields.wrong(key, "found \(values.count) numbers; give one number, or one per channel.")
            }
            return values.count == channels ? values : [Float](repeating: values[0], count: channels)
        }
        return InputContract(
            shape: [channels] + size,
            preparation: .picture(
                PicturePreparation(
                    fit: try fields.choice("fit", of: DataSettings.Modality.Fit.self) ?? .stretch,
                    means: try values("mean", 0), deviations: try values("deviation", 255))), feature: feature)
    }

    private static func sound(_ fields: FieldReader, _ feature: Int) throws -> InputContract {
        guard let rate = try fields.integer("rate") else {
            throw fields.wrong("rate", "give the samples per second, such as 16000.")
        }
        guard let seconds = try fields.number("seconds") else {
            throw fields.wrong("seconds", "give the length that the network reads, such as 1.6.")
        }
        let samples = max(1, Int((seconds * Double(rate)).rounded()))
        guard let mel = try fields.fields("mel") else {
            return InputContract(
                shape: [samples],
                preparation: .sound(
                    SoundPreparation(
                        sound: .waveform, rate: rate, samples: samples, window: 0, hop: 1, transform: 0, bands: 0,
                        mean: 0, deviation: 1 / Float(try fields.number("scale") ?? 1))), feature: feature)
        }
        guard let window = try mel.integer("window"), let hop = try mel.integer("hop"),
            let bands = try mel.integer("bands")
        else { throw fields.wrong("mel", "'window' and 'hop' in samples and the number of 'bands' are required.") }
        var preparation = SoundPreparation(
            sound: .mel, rate: rate, samples: samples, window: window, hop: hop,
            transform: try mel.integer("transform") ?? window, bands: bands, mean: 0, deviation: 1)
        guard preparation.transform >= window else {
            throw mel.wrong("transform", "\(preparation.transform) is less than the window of \(window) samples.")
        }
        preparation.power = MelPower(
            lowest: try mel.number("lowest") ?? 0, highest: try mel.number("highest") ?? Double(rate) / 2,
            loudness: try fields.number("loudness"))
        return InputContract(
            shape: [preparation.frames, bands], preparation: .sound(preparation), feature: feature)
    }
}

// MARK: - Hugging Face

extension InputContract {
    /// Reads `preprocessor_config.json`, which Hugging Face keeps with every picture model.
    /// - Throws: `Failure` with code `invalid-argument` that names the file and what it lacks.
    public init(huggingFace json: Data, file: String) throws {
        func wrong(_ what: String) -> Failure { Failure(.invalidArgument, "\(file): \(what)") }
        let configuration: ImageProcessor
        do {
            configuration = try JSONDecoder().decode(ImageProcessor.self, from: json)
        } catch {
            throw wrong("this is not a readable configuration for pictures (\(error)); give --contract.")
        }
        guard let means = configuration.image_mean, let deviations = configuration.image_std,
            [1, 3].contains(means.count), deviations.count == means.count
        else { throw wrong("image_mean and image_std of 1 or 3 channels are missing; give --contract.") }
        let isCropped = configuration.do_center_crop ?? false
        guard let size = (isCropped ? configuration.crop_size : nil)?.sides ?? configuration.size?.sides else {
            throw wrong("size is missing; give --contract.")
        }
        guard size.allSatisfy(DataLimits.pictureSide.contains) else {
            throw wrong("size \(size) is not in \(DataLimits.pictureSide); give --contract.")
        }
        // Means and deviations apply to values that have been multiplied by this factor.
        let factor = configuration.do_rescale ?? true ? configuration.rescale_factor ?? 1 / 255 : 1
        self.init(
            shape: [means.count] + size,
            preparation: .picture(
                PicturePreparation(
                    fit: isCropped ? .crop : .stretch, means: means.map { Float($0 / factor) },
                    deviations: deviations.map { Float($0 / factor) })))
    }

    /// The fields of `preprocessor_config.json`, under their original names.
    private struct ImageProcessor: Decodable {
        var size: Size?
        var crop_size: Size?
        var do_center_crop: Bool?
        var do_rescale: Bool?
        var rescale_factor: Double?
        var image_mean: [Double]?
        var image_std: [Double]?
    }

    /// One side for a square, or named sides.
    private struct Size: Decodable {
        let sides: [Int]?

        private enum Keys: String, CodingKey { case height, width, shortest_edge }

        init(from decoder: any Decoder) throws {
            if let side = try? decoder.singleValueContainer().decode(Int.self) {
                sides = [side, side]
                return
            }
            let container = try decoder.container(keyedBy: Keys.self)
            if let side = try container.decodeIfPresent(Int.self, forKey: .shortest_edge) {
                sides = [side, side]
            } else if let height = try container.decodeIfPresent(Int.self, forKey: .height),
                let width = try container.decodeIfPresent(Int.self, forKey: .width)
            {
                sides = [height, width]
            } else {
                sides = nil
            }
        }
    }
}
