public import Foundation
import Model
package import Schema

/// The life-cycle stage of a model version.
public enum ModelStage: String, CaseIterable, Hashable, Sendable, Codable {
    /// Kept, without any other status.
    case none
    /// Under trial.
    case staging
    /// The version of its series that is in use.
    case live
    /// No longer used, or never to be used.
    case archived

    /// The stage with a name.
    /// - Throws: `Failure` that lists the stages.
    public init(word: String) throws {
        guard let stage = Self(rawValue: word) else {
            let known = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(.invalidArgument, "There is no stage '\(word.prefix(80))'; use one of \(known).")
        }
        self = stage
    }
}

/// A period that a model spent in a stage.
public struct StageChange: Hashable, Sendable {
    /// Sequence number of the change, ascending with time.
    public var sequence: UInt64
    /// Identity of the model.
    public var model: String
    /// Series that the model belongs to.
    public var series: String
    /// Its version in the series.
    public var version: UInt32
    /// Stage that the model entered.
    public var stage: ModelStage
    /// When the model entered the stage.
    public var began: Date
    /// When the model left the stage; nil if it is still there.
    public var ended: Date?
    /// Who moved it.
    public var by: String
    /// The reason for the move.
    public var note: String

    /// Makes a change.
    public init(
        sequence: UInt64, model: String, series: String, version: UInt32, stage: ModelStage, began: Date, ended: Date?,
        by: String, note: String
    ) {
        self.sequence = sequence
        self.model = model
        self.series = series
        self.version = version
        self.stage = stage
        self.began = began
        self.ended = ended
        self.by = by
        self.note = note
    }

    /// Decodes a received change.
    package init(_ wire: Wire.StageChange) throws {
        self.init(
            sequence: wire.sequence, model: wire.model, series: wire.series, version: wire.version,
            stage: try ModelStage(word: wire.stage), began: Date(microseconds: wire.beganMicroseconds),
            ended: wire.endedMicroseconds == 0 ? nil : Date(microseconds: wire.endedMicroseconds), by: wire.by,
            note: wire.note)
    }
}

extension Wire.StageChange {
    /// The change in wire form.
    package init(_ change: StageChange) {
        self.init(
            sequence: change.sequence, model: change.model, series: change.series, version: change.version,
            stage: change.stage.rawValue, beganMicroseconds: change.began.microseconds,
            endedMicroseconds: change.ended?.microseconds ?? 0, by: change.by, note: change.note)
    }
}

/// A query of the stage history.
public struct StageQuery: Hashable, Sendable {
    /// Only changes of this model.
    public var model: String?
    /// Only changes in this series.
    public var series: String?
    /// Only periods in this stage.
    public var stage: ModelStage?
    /// Only periods that ended after this time or have not ended.
    public var from: Date?
    /// Only periods that began before this time.
    public var to: Date?
    /// Maximum number of entries.
    public var limit: Int

    /// Makes a query; by default, for the newest changes of all models.
    public init(
        model: String? = nil, series: String? = nil, stage: ModelStage? = nil, from: Date? = nil, to: Date? = nil,
        limit: Int = 1000
    ) {
        self.model = model
        self.series = series
        self.stage = stage
        self.from = from
        self.to = to
        self.limit = limit
    }

    /// Decodes a received query.
    package init(_ wire: Wire.StageListRequest) throws {
        func time(_ value: Int64) -> Date? { value == 0 ? nil : Date(microseconds: value) }
        self.init(
            model: wire.model.isEmpty ? nil : wire.model, series: wire.series.isEmpty ? nil : wire.series,
            stage: wire.stage.isEmpty ? nil : try ModelStage(word: wire.stage),
            from: time(wire.fromMicroseconds), to: time(wire.toMicroseconds),
            limit: wire.limit == 0 ? .max : Int(wire.limit))
    }

    /// The query in wire form, for the page before a change.
    func wire(before sequence: UInt64) -> Wire.StageListRequest {
        Wire.StageListRequest(
            model: model ?? "", series: series ?? "", stage: stage?.rawValue ?? "",
            fromMicroseconds: from?.microseconds ?? 0, toMicroseconds: to?.microseconds ?? 0,
            limit: UInt32(clamping: min(limit, 1000)), before: sequence)
    }
}
