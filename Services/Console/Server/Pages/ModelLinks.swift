import DesignerClient
import Model
import Search

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
        let networks = (try? ScenarioFile(status.text).scenario)?.fusion?.networks ?? [:]
        // They are a search's first trials, in the order of the modalities' names.
        let names = networks.sorted { $0.key < $1.key }.map(\.value)
        backbones = Set(names.indices.filter { FusionSpace.isStructure(names[$0]) })
    }

    /// Where a trial's model is shown; nil where it is none.
    func address(of trial: Trial) -> String? {
        guard trial.state == .succeeded else { return nil }
        return trial.isFinalTraining ? ModelPage.address(of: trial.id.description) : address(of: trial.id.number)
    }

    /// Where the model of a successful trial that is no final training is shown; nil where it is none.
    func address(of number: Int) -> String? {
        let id = TrialID(scenario: scenario, number: number).description
        return backbones.contains(number) || id == result ? ModelPage.address(of: id) : nil
    }
}
