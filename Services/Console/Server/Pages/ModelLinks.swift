import DesignerClient
import Model

/// Which trials of a scenario are models, and where these are shown.
///
/// The registry has the final trainings, the networks of one modality that a search for a fusion trained itself, and
/// the result; all other trials stay with the designer.
struct ModelLinks: Sendable {
    private let scenario: ScenarioID
    private let result: String?
    /// Numbers of the trials that are networks of one modality, trained here.
    private let backbones: Set<Int>

    /// Reads them off a scenario and how its search stands.
    init(_ status: ScenarioStatus) {
        scenario = status.id
        result = status.model
        // They are a search's first trials, in the order of the modalities' names.
        let fused = status.facts?.fused ?? []
        backbones = Set(fused.indices.filter { fused[$0].isTrained })
    }

    /// Where a trial's model is shown; nil where it is none.
    func address(of trial: Trial) -> String? {
        guard trial.state == .succeeded else { return nil }
        return trial.purpose.isFinal ? ModelPage.address(of: trial.id.description) : address(of: trial.id.number)
    }

    /// Where the model of a successful trial that is no final training is shown; nil where it is none.
    func address(of number: Int) -> String? {
        let id = TrialID(scenario: scenario, number: number).description
        return backbones.contains(number) || id == result ? ModelPage.address(of: id) : nil
    }
}
