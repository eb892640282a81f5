import DesignerClient
import Model

/// Which trials of a scenario are models, and where they are shown.
///
/// The registry has the final trainings, the single-modality networks that a fusion search trained itself, and the
/// result. Only the designer has all other trials.
struct ModelLinks: Sendable {
    private let scenario: ScenarioID
    private let result: String?
    /// Numbers of the trials that are single-modality networks trained by this search.
    private let backbones: Set<Int>

    /// Derives them from a scenario and the state of its search.
    init(_ status: ScenarioStatus) {
        scenario = status.id
        result = status.model
        // They are a search's first trials, in order of the modalities' names.
        let fused = status.facts?.fused ?? []
        backbones = Set(fused.indices.filter { fused[$0].isTrained })
    }

    /// The address of a trial's model; nil if it has none.
    func address(of trial: Trial) -> String? {
        guard trial.state == .succeeded else { return nil }
        return trial.purpose.isFinal ? ModelPage.address(of: trial.id.description) : address(of: trial.id.number)
    }

    /// The address of the model of a successful trial that is not a final training; nil if it has none.
    func address(of number: Int) -> String? {
        let id = TrialID(scenario: scenario, number: number).description
        return backbones.contains(number) || id == result ? ModelPage.address(of: id) : nil
    }
}
