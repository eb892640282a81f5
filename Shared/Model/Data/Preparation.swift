public import Foundation

/// How the values of a modality are converted to the input of networks, with everything that was fitted on training
/// samples.
public enum Preparation: Hashable, Sendable, Codable {
    /// Pictures are fitted to the signature's shape and standardized by channel.
    case picture(PicturePreparation)
    /// Sound is resampled, cut or padded, optionally converted to a spectrogram, and standardized.
    case sound(SoundPreparation)
    /// Texts are cut into tokens.
    case text(TextPreparation)
    /// Numbers are standardized, categories numbered.
    case table(TablePreparation)
    /// Measurements are standardized by channel and cut or padded.
    case series(SeriesPreparation)

    /// What a column of the user's data holds.
    public enum Content: Hashable, Sendable {
        /// A file or the pixels of a picture.
        case picture
        /// A file with sound.
        case sound
        /// Words in a cell or a file.
        case text
        /// One number in each row.
        case number
        /// One of several values.
        case category
        /// A list of numbers, with this many channels.
        case numbers(channels: Int)
    }

    /// What a column of the modality holds.
    /// - Parameter columns: All columns of the modality.
    public func content(of column: String, among columns: [String]) -> Content {
        switch self {
        case .picture: .picture
        case .sound: .sound
        case .text: .text
        case .table(let table): table.numbers.contains { $0.name == column } ? .number : .category
        case .series(let series): columns.count > 1 ? .number : .numbers(channels: series.means.count)
        }
    }

    /// Whether rows are stored as bytes.
    public var storesBytes: Bool {
        switch self {
        case .picture: true
        case .sound(let sound): sound.sound == .mel
        case .text, .table, .series: false
        }
    }

    /// Mean and deviation of each channel of stored rows, which are standardized when they are read; nil if rows are
    /// stored as networks read them.
    public var standardization: (means: [Float], deviations: [Float])? {
        switch self {
        case .picture(let picture): (picture.means, picture.deviations)
        case .sound(let sound): ([sound.mean], [sound.deviation])
        case .text, .table, .series: nil
        }
    }

    /// Takes over mean and deviation of each channel of stored rows.
    public mutating func standardize(means: [Float], deviations: [Float]) {
        switch self {
        case .picture(var picture):
            (picture.means, picture.deviations) = (means, deviations)
            self = .picture(picture)
        case .sound(var sound):
            (sound.mean, sound.deviation) = (means.first ?? 0, deviations.first ?? 1)
            self = .sound(sound)
        case .text, .table, .series: break
        }
    }
}

/// How pictures are prepared.
public struct PicturePreparation: Hashable, Sendable, Codable {
    /// How a picture of another shape is fitted.
    public var fit: DataSettings.Modality.Fit
    /// Mean of each channel over the training pictures, from 0 to 255.
    public var means: [Float]
    /// Standard deviation of each channel.
    public var deviations: [Float]
    /// The principal components that remove energy from pictures; nil to leave them unchanged.
    public var projection: PictureProjection?

    /// Describes a preparation.
    public init(fit: DataSettings.Modality.Fit, means: [Float], deviations: [Float]) {
        self.fit = fit
        self.means = means
        self.deviations = deviations
    }
}

/// Rebuilds pictures from the leading principal components, as was done with the training pictures.
public struct PictureProjection: Hashable, Sendable, Codable {
    /// The mean picture, as little-endian doubles.
    public var mean: Data
    /// The components, one after another, as little-endian doubles.
    public var components: Data
    /// The lowest value of rebuilt training pictures; it maps to byte 0.
    public var lowest: Float
    /// The highest value of rebuilt training pictures; it maps to byte 255.
    public var highest: Float

    /// Stores components.
    public init(mean: [Double], components: [Double], lowest: Float, highest: Float) {
        self.mean = mean.withUnsafeBytes { Data($0) }
        self.components = components.withUnsafeBytes { Data($0) }
        self.lowest = lowest
        self.highest = highest
    }

    /// Decodes little-endian doubles.
    public static func numbers(_ data: Data) -> [Double] {
        [UInt8](data).withUnsafeBytes { bytes in
            (0..<bytes.count / 8).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: Double.self) }
        }
    }
}

/// How sound is prepared.
public struct SoundPreparation: Hashable, Sendable, Codable {
    /// What networks read.
    public var sound: DataSettings.Modality.Sound
    /// Samples per second.
    public var rate: Int
    /// Samples to which recordings are cut or padded; longer ones keep their middle.
    public var samples: Int
    /// Samples per window of the spectrogram.
    public var window: Int
    /// Samples from the start of one window to the next.
    public var hop: Int
    /// Samples of the Fourier transform; at least those of a window.
    public var transform: Int
    /// Number of mel bands.
    public var bands: Int
    /// Mean over the training samples: of bytes for a spectrogram (0 is 80 dB below the loudest, 255 the loudest), else
    /// of samples.
    public var mean: Float
    /// Standard deviation.
    public var deviation: Float
    /// The mel power that a pretrained network expects instead of decibels as bytes; nil for decibels.
    public var power: MelPower?
    /// Height and width of a spectrogram with evenly spaced frequencies, highest first, instead of mel bands; nil for
    /// mel bands.
    public var side: Int?

    /// Describes a preparation.
    public init(
        sound: DataSettings.Modality.Sound, rate: Int, samples: Int, window: Int, hop: Int, transform: Int, bands: Int,
        mean: Float, deviation: Float
    ) {
        self.sound = sound
        self.rate = rate
        self.samples = samples
        self.window = window
        self.hop = hop
        self.transform = transform
        self.bands = bands
        self.mean = mean
        self.deviation = deviation
    }

    /// Number of windows in the spectrogram.
    public var frames: Int { samples / hop + 1 }
}

/// How texts are prepared.
public struct TextPreparation: Hashable, Sendable, Codable {
    /// What a text is cut into.
    public var tokens: DataSettings.Modality.Tokens
    /// The tokenizer: a model serialized by SentencePiece, or Hugging Face's `tokenizer.json` for a pretrained encoder.
    public var model: Data
    /// Whether the columns name files that contain the texts.
    public var areFiles: Bool
    /// How a pretrained encoder reads the tokens; nil for networks that Gyrus designs.
    public var encoder: TextEncoding?

    /// Describes a preparation.
    public init(tokens: DataSettings.Modality.Tokens, model: Data, areFiles: Bool = false) {
        self.tokens = tokens
        self.model = model
        self.areFiles = areFiles
    }
}

/// How a pretrained text encoder turns the tokens of a text into features.
public struct TextEncoding: Hashable, Sendable, Codable {
    /// How the features of tokens become those of the text.
    public enum Pooling: String, CaseIterable, Hashable, Sendable, Codable {
        /// Their mean.
        case mean
        /// Those of the first token, such as `[CLS]`.
        case first
    }

    /// What happens to the Euclidean norm of features.
    public enum Norm: String, CaseIterable, Hashable, Sendable, Codable {
        /// It is left unchanged.
        case kept
        /// The features are divided by it.
        case unit
    }

    /// Default maximum number of tokens.
    public static let usualLength = 128
    /// Maximum numbers of tokens that are allowed.
    public static let lengths = 4...2_048
    /// Default name of the tokenizer's file.
    public static let usualTokenizer = "tokenizer.json"

    /// Maximum number of tokens, with the special ones; longer texts lose their end.
    public var length: Int
    /// How the features of tokens become those of the text.
    public var pooling: Pooling
    /// What happens to the Euclidean norm of the text's features.
    public var norm: Norm

    /// Describes an encoder.
    public init(length: Int, pooling: Pooling = .mean, norm: Norm = .kept) {
        self.length = length
        self.pooling = pooling
        self.norm = norm
    }
}

/// How the columns of a table are prepared.
public struct TablePreparation: Hashable, Sendable, Codable {
    /// A column of numbers.
    public struct Number: Hashable, Sendable, Codable {
        /// Its name in the source.
        public var name: String
        /// Mean over the training rows that have a value.
        public var mean: Double
        /// Standard deviation; 1 if all values are equal.
        public var deviation: Double
        /// Whether a flag marks missing values; true if the value is missing in some training row.
        public var hasFlag: Bool

        /// Describes a column.
        public init(name: String, mean: Double, deviation: Double, hasFlag: Bool) {
            self.name = name
            self.mean = mean
            self.deviation = deviation
            self.hasFlag = hasFlag
        }
    }

    /// A column of categories.
    public struct Category: Hashable, Sendable, Codable {
        /// Its name in the source.
        public var name: String
        /// Its values. The first one has number 1, because 0 stands for missing or unseen values.
        public var values: [String]

        /// Describes a column.
        public init(name: String, values: [String]) {
            self.name = name
            self.values = values
        }
    }

    /// Columns of numbers, which come first in a row.
    public var numbers: [Number]
    /// Columns of categories, after them.
    public var categories: [Category]

    /// Describes a preparation.
    public init(numbers: [Number], categories: [Category]) {
        self.numbers = numbers
        self.categories = categories
    }

    /// How many numbers of a row networks read: the numbers, their flags, the categories.
    public var width: Int { numbers.count + numbers.count(where: \.hasFlag) + categories.count }
}

/// How series are prepared.
public struct SeriesPreparation: Hashable, Sendable, Codable {
    /// Mean of each channel over the training series.
    public var means: [Float]
    /// Standard deviation of each channel; 1 if all values are equal.
    public var deviations: [Float]
    /// Whether an extra last channel marks where there are measurements, because series differ in length.
    public var hasMask: Bool

    /// Describes a preparation.
    public init(means: [Float], deviations: [Float], hasMask: Bool) {
        self.means = means
        self.deviations = deviations
        self.hasMask = hasMask
    }
}
