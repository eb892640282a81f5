import KnowledgeClient
import Messaging
import Model
import Schema
import ServiceKit

/// Handles the routes of schedules: decodes, checks, calls, encodes.
struct ScheduleHarness: Sendable {
    let scheduler: Scheduler

    func register(in router: inout Router) {
        router.on(.schedulePut) { request in
            let schedule = UpdateSchedule(request)
            try check(schedule)
            return Wire.UpdateSchedule(try await scheduler.add(schedule))
        }
        router.on(.scheduleList) { _ in
            let schedules = try await scheduler.store.all().map(Wire.UpdateSchedule.init)
            return Wire.ScheduleListReply(schedules: try ReplyPage.fitting(schedules))
        }
        router.on(.scheduleCancel) { request in
            Wire.UpdateSchedule(try await scheduler.store.cancel(request.id))
        }
    }

    private func check(_ schedule: UpdateSchedule) throws {
        for (field, text) in [("id", schedule.id), ("model", schedule.model), ("dataset", schedule.dataset)]
        where text.isEmpty || text.utf8.count > 200 {
            throw Failure(.invalidArgument, "A schedule's field '\(field)' must have 1 to 200 bytes.")
        }
        guard ["replay", "distillation", "ewc", "fine-tuning"].contains(schedule.method) else {
            throw Failure(.invalidArgument, "There is no update method '\(schedule.method)'.")
        }
        guard schedule.samples > 0, (0...1).contains(schedule.allowedForgetting) else {
            throw Failure(.invalidArgument, "A schedule needs a number of samples, and an allowance from 0 to 1.")
        }
    }
}
