public import Foundation

/// What turns the values of a modality into what networks read, with everything that was fitted on training samples.
public enum Preparation: Hashable, Sendable, Codable {
    /// Pictures are fitted to the signature's shape and standardized by channel.
    case picture(PicturePreparation)
    /// Sound is resampled, cut or filled up, turned into a spectrogram where wanted, and standardized.
    case sound(SoundPreparation)
    /// Texts are cut into tokens.
    case text(TextPreparation)
    /// Numbers are standardized, categories numbered.
    case table(TablePreparation)
    /// Measurements are standardized by channel and cut or filled up.
    case series(SeriesPreparation)
}

/// How pictures are prepared.
public struct PicturePreparation: Hashable, Sendable, Codable {
    /// How a picture of another shape is fitted.
    public var fit: DataSettings.Modality.Fit
    /// Mean of each channel over the training pictures, from 0 to 255.
    public var means: [Float]
    /// Standard deviation of each channel.
    public var deviations: [Float]
    /// What takes energy out of pictures; nil where they stay as they are.
    public var projection: PictureProjection?

    /// Describes a preparation.
    public init(fit: DataSettings.Modality.Fit, means: [Float], deviations: [Float]) {
        self.fit = fit
        self.means = means
        self.deviations = deviations
    }
}

/// Pictures rebuilt from their leading principal components, as those of the training pictures were.
public struct PictureProjection: Hashable, Sendable, Codable {
    /// The mean picture, as doubles in memory, little-endian.
    public var mean: Data
    /// The components, one after the other, likewise.
    public var components: Data
    /// The lowest value of rebuilt training pictures, which becomes byte 0.
    public var lowest: Float
    /// The highest value, which becomes byte 255.
    public var highest: Float

    /// Keeps components.
    public init(mean: [Double], components: [Double], lowest: Float, highest: Float) {
        self.mean = mean.withUnsafeBytes { Data($0) }
        self.components = components.withUnsafeBytes { Data($0) }
        self.lowest = lowest
        self.highest = highest
    }

    /// The numbers of some data.
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
    /// Samples a second.
    public var rate: Int
    /// Samples that are kept or filled up to: the middle of longer ones.
    public var samples: Int
    /// Samples of a window of the spectrogram.
    public var window: Int
    /// Samples between windows.
    public var hop: Int
    /// Samples of the Fourier transform, at least those of a window.
    public var transform: Int
    /// Mel bands.
    public var bands: Int
    /// Mean over the training samples: of bytes for a spectrogram (0 is 80 dB below the loudest, 255 the loudest), else of samples.
    public var mean: Float
    /// Standard deviation.
    public var deviation: Float
    /// What a pretrained network wants in place of decibels as bytes; nil for these.
    public var power: MelPower?
    /// Height and width of a spectrogram of evenly spaced frequencies, highest first, in place of mel bands; nil for these.
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

    /// Windows of the spectrogram.
    public var frames: Int { samples / hop + 1 }
}

/// How texts are prepared.
public struct TextPreparation: Hashable, Sendable, Codable {
    /// What a text is cut into.
    public var tokens: DataSettings.Modality.Tokens
    /// The tokenizer's model as SentencePiece serializes it.
    public var model: Data
    /// Whether the columns name files that have the texts.
    public var areFiles: Bool

    /// Describes a preparation.
    public init(tokens: DataSettings.Modality.Tokens, model: Data, areFiles: Bool = false) {
        self.tokens = tokens
        self.model = model
        self.areFiles = areFiles
    }
}

/// How columns of a table are prepared.
public struct TablePreparation: Hashable, Sendable, Codable {
    /// A column of numbers.
    public struct Number: Hashable, Sendable, Codable {
        /// Its name.
        public var name: String
        /// Mean over the training rows that have it.
        public var mean: Double
        /// Standard deviation; 1 where all are equal.
        public var deviation: Double
        /// Whether a flag beside it says that it is missing; some training row lacks it then.
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
        /// Its name.
        public var name: String
        /// Its values; the first one has the number 1, as 0 stands for values that are missing or were never seen.
        public var values: [String]

        /// Describes a column.
        public init(name: String, values: [String]) {
            self.name = name
            self.values = values
        }
    }

    /// Columns of numbers, which stand first in a row.
    public var numbers: [Number]
    /// Columns of categories, after them.
    public var categories: [Category]

    /// Describes a preparation.
    public init(numbers: [Number], categories: [Category]) {
        self.numbers = numbers
        self.categories = categories
    }

    /// Numbers of a row that networks read: the numbers, their flags, the categories.
    public var width: Int { numbers.count + numbers.count(where: \.hasFlag) + categories.count }
}

/// How series are prepared.
public struct SeriesPreparation: Hashable, Sendable, Codable {
    /// Mean of each channel over the training series.
    public var means: [Float]
    /// Standard deviation of each channel; 1 where all values are equal.
    public var deviations: [Float]
    /// Whether a last channel says where there are measurements; series have different lengths then.
    public var hasMask: Bool

    /// Describes a preparation.
    public init(means: [Float], deviations: [Float], hasMask: Bool) {
        self.means = means
        self.deviations = deviations
        self.hasMask = hasMask
    }
}
