/// A search of a few seconds on synthetic data.
/// - Parameters:
///   - search: The method with its settings, if other than evolution.
///   - space: The structures, and their widths if other than the usual ones.
///   - epochs: Epochs of each training, and of the final one.
///   - samples: Number of samples for training.
public func tinyScenario(
    trials: Int, search: String? = nil,
    space: String = "structures: [LeNet3, LeNet5], widths: [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4]", epochs: Int = 1,
    finalEpochs: Int = 1, samples: Int = 64
) -> String {
    """
    scenario: tiny-digits
    stimuli: [see written digits]
    task: classification
    modalities:
      image: {dataset: synthetic-digits}
    data: {samples: {training: \(samples), validation: 32, test: 32}, seed: 3}
    objective: {maximize: accuracy}
    search: {\(search ?? "method: evolution, population: \(max(1, min(8, trials / 2)))"), trials: \(trials), seed: 7,
      \(space)}
    training: {epochs: \(epochs), batch: 32, samples: \(samples), validation: 32}
    final: {epochs: \(finalEpochs), batch: 32, samples: \(samples), validation: 32}
    """
}
