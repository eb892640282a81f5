package import Messaging
package import Schema

extension Route where Request == Wire.PublishRequest, Reply == Wire.ScenarioStatus {
    /// Publishes a scenario; safe to repeat; replies once it is on disk.
    package static var publishScenario: Route<Wire.PublishRequest, Wire.ScenarioStatus> {
        .init("scenario.publish", .submit)
    }
}

extension Route where Request == Wire.ScenarioRequest, Reply == Wire.ScenarioStatus {
    /// The state of a scenario; waits for its end if requested.
    package static var getScenario: Route<Wire.ScenarioRequest, Wire.ScenarioStatus> { .init("scenario.get", .read) }
    /// Cancels a scenario that has not ended.
    package static var cancelScenario: Route<Wire.ScenarioRequest, Wire.ScenarioStatus> {
        .init("scenario.cancel", .submit)
    }
    /// Removes a scenario that has ended, with its trials; replies with the removed scenario.
    package static var removeScenario: Route<Wire.ScenarioRequest, Wire.ScenarioStatus> {
        .init("scenario.remove", .operate)
    }
    /// Resumes a canceled or failed scenario where it stopped.
    package static var resumeScenario: Route<Wire.ScenarioRequest, Wire.ScenarioStatus> {
        .init("scenario.resume", .submit)
    }
}

extension Route where Request == Wire.ExplainScenarioRequest, Reply == Wire.ExplainScenarioReply {
    /// What a scenario, published or not, engages, and what its search would try.
    package static var explainScenario: Route<Wire.ExplainScenarioRequest, Wire.ExplainScenarioReply> {
        .init("scenario.explain", .read)
    }
}

extension Route where Request == Wire.ScenarioListRequest, Reply == Wire.ScenarioListReply {
    /// The scenarios, newest first.
    package static var listScenarios: Route<Wire.ScenarioListRequest, Wire.ScenarioListReply> {
        .init("scenario.list", .read)
    }
}

extension Route where Request == Wire.TrialListRequest, Reply == Wire.TrialListReply {
    /// The trials of a scenario, by number.
    package static var listTrials: Route<Wire.TrialListRequest, Wire.TrialListReply> { .init("trial.list", .read) }
}

extension Route where Request == Wire.TrialPageRequest, Reply == Wire.TrialListReply {
    /// One page of a scenario's trials in any order.
    package static var pageTrials: Route<Wire.TrialPageRequest, Wire.TrialListReply> { .init("trial.page", .read) }
}

extension Route where Request == Wire.SearchProgressRequest, Reply == Wire.SearchProgressReply {
    /// The progress of a scenario's search.
    package static var searchProgress: Route<Wire.SearchProgressRequest, Wire.SearchProgressReply> {
        .init("search.progress", .read)
    }
}
