public import Messaging
public import Schema

extension Route where Request == Wire.Observation, Reply == Wire.Empty {
    /// Stores an observation; safe to repeat.
    public static var observationPut: Self { Self("observation.put", .submit) }
}

extension Route where Request == Wire.RankRequest, Reply == Wire.RankReply {
    /// How much attention a scenario pays to models.
    public static var modelRank: Self { Self("model.rank", .read) }
}

extension Route where Request == Wire.Empty, Reply == Wire.LearnReply {
    /// Learns from all outcomes that are new.
    public static var knowledgeLearn: Self { Self("knowledge.learn", .operate) }
}

extension Route where Request == Wire.ObservationListRequest, Reply == Wire.ObservationListReply {
    /// Observations, oldest first.
    public static var observationList: Self { Self("observation.list", .read) }
}

extension Route where Request == Wire.UpdateSchedule, Reply == Wire.UpdateSchedule {
    /// Makes a schedule of updates; safe to repeat.
    public static var schedulePut: Self { Self("schedule.put", .submit) }
}

extension Route where Request == Wire.Empty, Reply == Wire.ScheduleListReply {
    /// All schedules.
    public static var scheduleList: Self { Self("schedule.list", .read) }
}

extension Route where Request == Wire.ScheduleCancelRequest, Reply == Wire.UpdateSchedule {
    /// Withdraws a schedule.
    public static var scheduleCancel: Self { Self("schedule.cancel", .submit) }
}
