public import Messaging
public import Schema

extension Route where Request == Wire.PublishRequest, Reply == Wire.ScenarioStatus {
    /// Publishes a scenario; safe to repeat, answered after it is on disk.
    public static var publishScenario: Self { Self("scenario.publish", .submit) }
}

extension Route where Request == Wire.ScenarioRequest, Reply == Wire.ScenarioStatus {
    /// The state of a scenario; waits for its end where asked.
    public static var getScenario: Self { Self("scenario.get", .read) }
    /// Withdraws a scenario that has not ended.
    public static var cancelScenario: Self { Self("scenario.cancel", .submit) }
    /// Removes a scenario that has ended, with its trials; the reply is what it was.
    public static var removeScenario: Self { Self("scenario.remove", .operate) }
    /// Takes a withdrawn or failed scenario up again where it stood.
    public static var resumeScenario: Self { Self("scenario.resume", .submit) }
}

extension Route where Request == Wire.ScenarioRequest, Reply == Wire.ExplainReply {
    /// What a scenario engages, as its search uses it.
    public static var explainScenario: Self { Self("scenario.explain", .read) }
}

extension Route where Request == Wire.ScenarioListRequest, Reply == Wire.ScenarioListReply {
    /// The scenarios, newest first.
    public static var listScenarios: Self { Self("scenario.list", .read) }
}

extension Route where Request == Wire.TrialListRequest, Reply == Wire.TrialListReply {
    /// The trials of a scenario, by number.
    public static var listTrials: Self { Self("trial.list", .read) }
}

extension Route where Request == Wire.TrialPageRequest, Reply == Wire.TrialListReply {
    /// One page of a scenario's trials in any order.
    public static var pageTrials: Self { Self("trial.page", .read) }
}

extension Route where Request == Wire.SearchProgressRequest, Reply == Wire.SearchProgressReply {
    /// How the search of a scenario went so far.
    public static var searchProgress: Self { Self("search.progress", .read) }
}
