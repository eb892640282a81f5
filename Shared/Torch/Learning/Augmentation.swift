import CTorch
import Model

/// The maximum random changes to samples of one modality, which teach a network what does not matter.
///
/// Weak changes leave no doubt about what a sample is; strong ones make it hard to tell. Digits can be moved, slightly
/// rotated and bent, but not mirrored, because that would turn them into other symbols. In a spectrogram, time runs to
/// the right and frequency upward: it can begin later, run faster (`width`), come from a longer or shorter vocal tract
/// (`height`), and lose a moment or some frequencies (Park et al. 2019).
enum Augmentation {
    /// The strength of changes.
    enum Strength: Sendable { case weak, strong }

    /// How samples of an input are changed.
    /// - Parameters:
    ///   - kind: What it holds.
    ///   - rank: Number of dimensions of its shape: sound with three is a spectrogram, with two a waveform.
    static func of(_ kind: ModalityKind, rank: Int, _ strength: Strength, flips: Bool = false) -> gyrus_augmentation {
        switch kind.distortion {
        case .picture:
            var picture = strength == .weak ? weakPicture : strongPicture
            picture.flips = flips
            return picture
        case .sound where rank == 3: return strength == .weak ? weakSpectrogram : strongSpectrogram
        case .sound, .measurements: return strength == .weak ? weakSeries : strongSeries
        case nil: return gyrus_augmentation()
        }
    }

    private static let weakSeries = made {
        $0.contrast = 0.1
        $0.noise = 0.05
    }

    private static let strongSeries = made {
        ($0.contrast, $0.brightness) = (0.3, 0.1)
        $0.noise = 0.3
    }

    private static let weakPicture = made {
        $0.rotation = 0.1
        ($0.width, $0.height) = (0.05, 0.05)
        ($0.across, $0.along) = (0.06, 0.06)
    }

    private static let strongPicture = made {
        $0.rotation = 0.4
        $0.shear = 0.3
        ($0.width, $0.height) = (0.25, 0.25)
        ($0.across, $0.along) = (0.1, 0.1)
        $0.hole = 0.3
        $0.contrast = 0.4
        $0.noise = 0.3
    }

    private static let weakSpectrogram = made {
        $0.across = 0.05
        $0.width = 0.05
        $0.brightness = 0.1
    }

    private static let strongSpectrogram = made {
        ($0.width, $0.height) = (0.2, 0.12)
        ($0.across, $0.along) = (0.12, 0.05)
        ($0.row_band, $0.column_band) = (0.2, 0.2)
        ($0.contrast, $0.brightness) = (0.2, 0.4)
        $0.noise = 0.2
    }

    private static func made(_ change: (inout gyrus_augmentation) -> Void) -> gyrus_augmentation {
        var augmentation = gyrus_augmentation()
        change(&augmentation)
        return augmentation
    }
}
