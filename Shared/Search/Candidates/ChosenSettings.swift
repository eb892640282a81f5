import Model
import Networks

/// The settings that a search chose for a branch of a network, or for its whole training.
struct ChosenSettings: Hashable, Sendable {
    var depth: Double?
    var learningRate: Double?
    var weightDecay: Double?
    var dropout: Double?
    var labelSmoothing: Double?
    var augmentation: TrainingOptions.Augmentation?
    var batch: Int?
    /// All of them, for display: empty, or such as ` dropout 0.2 batch 32`.
    var text = ""

    /// An optimizer with the settings.
    func optimizer(_ usual: Optimizer, branch: String) -> Optimizer {
        var optimizer = usual
        optimizer.branch = branch
        optimizer.learningRate = learningRate ?? optimizer.learningRate
        optimizer.weightDecay = weightDecay ?? optimizer.weightDecay
        return optimizer
    }

    /// A network with the settings.
    func network(_ usual: NetworkDescription) -> NetworkDescription { dropout.map(usual.dropping) ?? usual }
}

/// Settings that a search chooses, as parts of a gene: their choices, and the meaning of the gene's numbers.
///
/// Each modality's gene ends with the settings of its branch. The settings of the whole training have a gene of their
/// own.
struct SettingParts: Sendable {
    private struct Setting: Sendable {
        let part: SearchSpace.Part
        let apply: @Sendable (inout ChosenSettings, Int) -> Void
    }

    /// Name of the gene for the settings of the whole training; no modality can have it.
    static let sharedGene = "training-settings"

    private let settings: [Setting]

    /// The settings that each branch has.
    static func branch(_ choices: Scenario.Choices) -> SettingParts {
        SettingParts(
            settings: [
                setting("depth", choices.depths, { $0.depth = $1 }, \.choiceText),
                setting("learning-rate", choices.learningRates, { $0.learningRate = $1 }, \.choiceText),
                setting("weight-decay", choices.weightDecays, { $0.weightDecay = $1 }, \.choiceText),
                setting("dropout", choices.dropouts, { $0.dropout = $1 }, \.choiceText),
            ].compactMap(\.self))
    }

    /// The settings of the whole training.
    static func shared(_ choices: Scenario.Choices) -> SettingParts {
        SettingParts(
            settings: [
                setting("label-smoothing", choices.labelSmoothings, { $0.labelSmoothing = $1 }, \.choiceText),
                setting("augmentation", choices.augmentations, { $0.augmentation = $1 }, \.rawValue),
                setting("batch", choices.batches, { $0.batch = $1 }, { String($0) }),
            ].compactMap(\.self))
    }

    private static func setting<Value: Sendable>(
        _ name: String, _ values: [Value]?, _ set: @escaping @Sendable (inout ChosenSettings, Value) -> Void,
        _ text: (Value) -> String
    ) -> Setting? {
        guard let values else { return nil }
        let texts = values.map(text)
        return Setting(part: SearchSpace.Part(name, texts)) { settings, number in
            set(&settings, values[number - 1])
            settings.text += " \(name) \(texts[number - 1])"
        }
    }

    /// The parts of a gene.
    var parts: [SearchSpace.Part] { settings.map(\.part) }

    /// The gene of the whole training; none if there is nothing to choose.
    var gene: [SearchSpace.Gene] {
        settings.isEmpty ? [] : [SearchSpace.Gene(Self.sharedGene, parts)]
    }

    /// The settings that numbers of a gene stand for.
    func chosen(_ numbers: some Collection<Int>) -> ChosenSettings {
        zip(settings, numbers).reduce(into: ChosenSettings()) { $1.0.apply(&$0, $1.1) }
    }
}
