public import Foundation
import Model
package import Schema

/// How far a model has come on its way to being used.
public enum ModelStage: String, CaseIterable, Hashable, Sendable, Codable {
    /// It is kept, and nothing else was said of it.
    case none
    /// It is being tried.
    case staging
    /// It is the version of its series that is used.
    case live
    /// It was used, or will not be.
    case archived

    /// The stage of a word.
    /// - Throws: `Failure` that lists the stages.
    public init(word: String) throws {
        guard let stage = Self(rawValue: word) else {
            let known = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(.invalidArgument, "There is no stage '\(word.prefix(80))'; use one of \(known).")
        }
        self = stage
    }
}

/// A time that a model spent at a stage.
public struct StageChange: Hashable, Sendable {
    /// Number of the change; grows by time.
    public var sequence: UInt64
    /// The model.
    public var model: String
    /// Its series.
    public var series: String
    /// Its version in the series.
    public var version: UInt32
    /// The stage.
    public var stage: ModelStage
    /// When it came to the stage.
    public var began: Date
    /// When it left the stage; nil if it is still there.
    public var ended: Date?
    /// Who moved it.
    public var by: String
    /// Why.
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

    /// The change that was received.
    package init(_ wire: Wire.StageChange) throws {
        self.init(
            sequence: wire.sequence, model: wire.model, series: wire.series, version: wire.version,
            stage: try ModelStage(word: wire.stage), began: Date(microseconds: wire.beganMicroseconds),
            ended: wire.endedMicroseconds == 0 ? nil : Date(microseconds: wire.endedMicroseconds), by: wire.by,
            note: wire.note)
    }
}

extension Wire.StageChange {
    /// The change as it is sent.
    package init(_ change: StageChange) {
        self.init(
            sequence: change.sequence, model: change.model, series: change.series, version: change.version,
            stage: change.stage.rawValue, beganMicroseconds: change.began.microseconds,
            endedMicroseconds: change.ended?.microseconds ?? 0, by: change.by, note: change.note)
    }
}

/// Which part of the history of stages is wanted.
public struct StageQuery: Hashable, Sendable {
    /// Only of this model.
    public var model: String?
    /// Only of this series.
    public var series: String?
    /// Only this stage.
    public var stage: ModelStage?
    /// Only what lasted into or beyond this time.
    public var from: Date?
    /// Only what began before this time.
    public var to: Date?
    /// Most entries.
    public var limit: Int

    /// Makes a query, by default for the newest changes of all.
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

    /// The query that was received.
    package init(_ wire: Wire.StageListRequest) throws {
        func time(_ value: Int64) -> Date? { value == 0 ? nil : Date(microseconds: value) }
        self.init(
            model: wire.model.isEmpty ? nil : wire.model, series: wire.series.isEmpty ? nil : wire.series,
            stage: wire.stage.isEmpty ? nil : try ModelStage(word: wire.stage),
            from: time(wire.fromMicroseconds), to: time(wire.toMicroseconds),
            limit: wire.limit == 0 ? .max : Int(wire.limit))
    }

    /// The query as it is sent, for the page before a change.
    func wire(before sequence: UInt64) -> Wire.StageListRequest {
        Wire.StageListRequest(
            model: model ?? "", series: series ?? "", stage: stage?.rawValue ?? "",
            fromMicroseconds: from?.microseconds ?? 0, toMicroseconds: to?.microseconds ?? 0,
            limit: UInt32(clamping: min(limit, 1000)), before: sequence)
    }
}
