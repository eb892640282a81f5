import DesignerClient
import KnowledgeClient
import Model

/// What searches and schedules that go on still need, which the registry cannot know.
struct Usage {
    /// Scenarios that have not ended, with their files.
    private let scenarios: [(status: ScenarioStatus, scenario: Scenario)]
    private let schedules: [UpdateSchedule]

    /// Asks the designer and the knowledge service.
    init(_ services: Services) async throws {
        let designer = try await services.designer()
        var scenarios: [(ScenarioStatus, Scenario)] = []
        for status in try await designer.allScenarios() where !status.state.isFinal {
            let whole = try await designer.scenario(status.id.text)
            scenarios.append((whole, try ScenarioFile(whole.text).scenario))
        }
        self.scenarios = scenarios
        schedules = try await services.knowledge().schedules().filter { $0.state != .cancelled }
    }

    /// Why a model has to stay; nil where nothing that goes on needs it.
    func obstacle(ofModel id: String) -> String? {
        if let schedule = schedules.first(where: { $0.model == id }) {
            return "model '\(id)' is updated by the schedule \(schedule.id); withdraw it first: "
                + "gyrus models unschedule \(schedule.id)"
        }
        return scenarios.first { $0.scenario.fusion?.networks.values.contains(id) ?? false }.map {
            "model '\(id)' is used by the scenario \($0.status.id), which is \($0.status.state)"
        }
    }

    /// Why prepared data have to stay; nil where nothing that goes on needs them.
    func obstacle(ofDataset recipe: String) -> String? {
        scenarios.first { $0.scenario.data.id == recipe }.map {
            "data set \(recipe.prefix(12)) is used by the scenario \($0.status.id), which is \($0.status.state)"
        }
    }
}

extension DesignerClient {
    /// All scenarios, newest first.
    func allScenarios() async throws -> [ScenarioStatus] {
        var found: [ScenarioStatus] = []
        while true {
            let page = try await scenarios(before: found.last?.id)
            if page.isEmpty { return found }
            found += page
        }
    }
}
