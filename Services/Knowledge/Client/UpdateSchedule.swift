public import Foundation
import Model
package import Schema

/// A standing order: when so many new samples of a dataset have come, a model is updated with them.
public struct UpdateSchedule: Hashable, Sendable {
    /// What it does at the moment.
    public enum State: String, Sendable, Hashable {
        /// New samples are too few.
        case waiting
        /// An update is under way.
        case updating
        /// It was canceled.
        case cancelled
        /// The last update failed; it goes on when someone makes the schedule anew.
        case failed
    }

    /// Identity.
    public var id: String
    /// Identity of the model; updates go on from the latest version that an update made.
    public var model: String
    /// Name of the dataset, as the registry lists it.
    public var dataset: String
    /// New samples that must have come.
    public var samples: Int
    /// How it learns.
    public var method: String
    /// Most earlier samples that are learned again.
    public var memory: Int
    /// Share of the accuracy on earlier data that a version may lose and still be promoted.
    public var allowedForgetting: Double
    /// Who asked for it.
    public var person: String
    /// What it does.
    public var state: State
    /// New samples that have come and were not learned yet.
    public var pending: Int
    /// The last update's task; empty if there was none.
    public var task: String
    /// What happened last, for people.
    public var note: String
    /// When it was made.
    public var created: Date?

    /// Makes a schedule to be stored.
    public init(
        id: String, model: String, dataset: String, samples: Int, method: String, memory: Int,
        allowedForgetting: Double, person: String, state: State = .waiting, pending: Int = 0, task: String = "",
        note: String = "", created: Date? = nil
    ) {
        self.id = id
        self.model = model
        self.dataset = dataset
        self.samples = samples
        self.method = method
        self.memory = memory
        self.allowedForgetting = allowedForgetting
        self.person = person
        self.state = state
        self.pending = pending
        self.task = task
        self.note = note
        self.created = created
    }

    /// The schedule that was received.
    package init(_ wire: Wire.UpdateSchedule) {
        self.init(
            id: wire.id, model: wire.model, dataset: wire.dataset, samples: Int(wire.samples), method: wire.method,
            memory: Int(wire.memory), allowedForgetting: wire.allowedForgetting, person: wire.person,
            state: State(rawValue: wire.state) ?? .waiting, pending: Int(clamping: wire.pending), task: wire.task,
            note: wire.note, created: wire.createdMicroseconds == 0 ? nil : Date(microseconds: wire.createdMicroseconds)
        )
    }
}

extension Wire.UpdateSchedule {
    /// The schedule as it is sent.
    package init(_ schedule: UpdateSchedule) {
        self.init(
            id: schedule.id, model: schedule.model, dataset: schedule.dataset,
            samples: UInt32(clamping: schedule.samples), method: schedule.method,
            memory: UInt32(clamping: schedule.memory), allowedForgetting: schedule.allowedForgetting,
            person: schedule.person, state: schedule.state.rawValue, pending: UInt64(clamping: schedule.pending),
            task: schedule.task, note: schedule.note, createdMicroseconds: schedule.created?.microseconds ?? 0)
    }
}
