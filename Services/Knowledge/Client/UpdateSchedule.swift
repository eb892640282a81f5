public import Foundation
import Model
package import Schema

/// A standing order: update a model whenever enough new samples of a dataset have arrived.
public struct UpdateSchedule: Hashable, Sendable {
    /// The state of a schedule.
    public enum State: String, Sendable, Hashable {
        /// There are too few new samples.
        case waiting
        /// An update is under way.
        case updating
        /// It was canceled.
        case cancelled
        /// The last update failed; it stops until someone makes the schedule anew.
        case failed
    }

    /// Identity.
    public var id: String
    /// Identity of the model; each update continues from the latest version that an update made.
    public var model: String
    /// Name of the dataset, as the registry lists it.
    public var dataset: String
    /// Number of new samples that trigger an update.
    public var samples: Int
    /// Update method.
    public var method: String
    /// Maximum number of earlier samples that are rehearsed.
    public var memory: Int
    /// Share of the accuracy on earlier data that a version may lose and still be promoted.
    public var allowedForgetting: Double
    /// Name of the person who requested it.
    public var person: String
    /// Current state.
    public var state: State
    /// Number of new samples not yet learned.
    public var pending: Int
    /// Task of the last update; empty if there was none.
    public var task: String
    /// The latest event, for display.
    public var note: String
    /// Creation time.
    public var created: Date?

    /// Makes a schedule to store.
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

    /// Decodes a received schedule.
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
    /// The schedule in wire form.
    package init(_ schedule: UpdateSchedule) {
        self.init(
            id: schedule.id, model: schedule.model, dataset: schedule.dataset,
            samples: UInt32(clamping: schedule.samples), method: schedule.method,
            memory: UInt32(clamping: schedule.memory), allowedForgetting: schedule.allowedForgetting,
            person: schedule.person, state: schedule.state.rawValue, pending: UInt64(clamping: schedule.pending),
            task: schedule.task, note: schedule.note, createdMicroseconds: schedule.created?.microseconds ?? 0)
    }
}
