import DesignerSearch
import Model
import Search

extension DesignerService {
    /// The registry models that a scenario fuses, by modality.
    /// - Throws: `Failure` that points into the scenario's file if there is no such model.
    func backbones(of file: ScenarioFile) async throws -> [String: StoredBackbone] {
        var found: [String: StoredBackbone] = [:]
        for (modality, name) in (file.scenario.fusion?.networks ?? [:]).sorted(by: { $0.key < $1.key })
        where !FusionSpace.isStructure(name) {
            do {
                found[modality] = try await peers.registry.pretrained(name, modality: modality)
            } catch let failure as Failure where failure.code == .notFound {
                // The search space lists the choices.
                continue
            } catch let failure as Failure where failure.code == .invalidArgument {
                let located = Failure(.invalidArgument, "fusion.networks.\(modality): \(failure.message)")
                try file.locating { throw located }
            }
        }
        return found
    }
}
