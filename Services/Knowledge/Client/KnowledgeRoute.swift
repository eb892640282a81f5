package import Messaging
package import Schema

extension Route where Request == Wire.Observation, Reply == Wire.Empty {
    /// Stores an observation; safe to repeat.
    package static var observationPut: Route<Wire.Observation, Wire.Empty> { .init("observation.put", .submit) }
}

extension Route where Request == Wire.RankRequest, Reply == Wire.RankReply {
    /// Ranks models by the attention that a scenario pays to them.
    package static var modelRank: Route<Wire.RankRequest, Wire.RankReply> { .init("model.rank", .read) }
}

extension Route where Request == Wire.Empty, Reply == Wire.LearnReply {
    /// Learns from all new outcomes.
    package static var knowledgeLearn: Route<Wire.Empty, Wire.LearnReply> { .init("knowledge.learn", .operate) }
}

extension Route where Request == Wire.ObservationListRequest, Reply == Wire.ObservationListReply {
    /// Observations, oldest first.
    package static var observationList: Route<Wire.ObservationListRequest, Wire.ObservationListReply> {
        .init("observation.list", .read)
    }
}

extension Route where Request == Wire.UpdateSchedule, Reply == Wire.UpdateSchedule {
    /// Makes a schedule of updates; safe to repeat.
    package static var schedulePut: Route<Wire.UpdateSchedule, Wire.UpdateSchedule> { .init("schedule.put", .submit) }
}

extension Route where Request == Wire.Empty, Reply == Wire.ScheduleListReply {
    /// All schedules.
    package static var scheduleList: Route<Wire.Empty, Wire.ScheduleListReply> { .init("schedule.list", .read) }
}

extension Route where Request == Wire.ScheduleCancelRequest, Reply == Wire.UpdateSchedule {
    /// Cancels a schedule.
    package static var scheduleCancel: Route<Wire.ScheduleCancelRequest, Wire.UpdateSchedule> {
        .init("schedule.cancel", .submit)
    }
}
