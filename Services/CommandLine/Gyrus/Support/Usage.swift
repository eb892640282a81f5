import DesignerClient
import KnowledgeClient
import Model

/// What active searches and schedules still need, which the registry cannot know.
struct Usage {
    /// Scenarios that have not ended.
    private let scenarios: [ScenarioStatus]
    private let schedules: [UpdateSchedule]

    /// Asks the designer and the knowledge service.
    init(_ services: Services) async throws {
        let designer = try await services.designer()
        var scenarios: [ScenarioStatus] = []
        for status in try await designer.allScenarios() where !status.state.isFinal {
            scenarios.append(try await designer.scenario(status.id.text))
        }
        self.scenarios = scenarios
        schedules = try await services.knowledge().schedules().filter { $0.state != .cancelled }
    }

    /// The reason to keep a model; nil if no active search or schedule needs it.
    func obstacle(ofModel id: String) -> String? {
        if let schedule = schedules.first(where: { $0.model == id }) {
            return "model '\(id)' is updated by schedule \(schedule.id); cancel that first: "
                + "gyrus models unschedule \(schedule.id)"
        }
        return scenarios.first { $0.text.contains(id) }.map {
            "model '\(id)' is used by scenario \($0.id), which is \($0.state)"
        }
    }

    /// The reason to keep prepared data; nil if no active search needs it.
    func obstacle(ofDataset recipe: String) -> String? {
        // A scenario text that this version cannot parse may need the data.
        scenarios.first { $0.facts?.recipe ?? recipe == recipe }.map {
            "dataset \(recipe.prefix(12)) is used by scenario \($0.id), which is \($0.state)"
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
