import Model
import Schema

extension Distribution {
    init(_ wire: Wire.TrainingDistribution) throws {
        func known<Choice: RawRepresentable<String> & CaseIterable>(_ text: String) throws -> Choice {
            if let choice = Choice(rawValue: text) { return choice }
            let all = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(.invalidArgument, "A training cannot be distributed by '\(text)'; use one of \(all).")
        }
        self.init(
            workers: Int(wire.workers), minWorkers: wire.minWorkers == 0 ? nil : Int(wire.minWorkers),
            kind: try known(wire.kind), synchronization: try known(wire.synchronization),
            interval: max(1, Int(wire.interval)), microBatches: max(1, Int(wire.microBatches)),
            updates: try Self.updates(wire.updates),
            compression: wire.compression.isEmpty ? .none : try known(wire.compression))
    }
}

extension Distribution {
    private static func updates(_ text: String) throws -> Updates {
        if text.isEmpty { return .synchronous }
        if let updates = Updates(text) { return updates }
        throw Failure(.invalidArgument, "A parameter server does not support updates '\(text)'.")
    }
}

extension Wire.TrainingDistribution {
    init(_ distribution: Distribution) {
        self.init(
            workers: UInt32(clamping: distribution.workers), kind: distribution.kind.rawValue,
            synchronization: distribution.synchronization.rawValue, interval: UInt32(clamping: distribution.interval),
            microBatches: UInt32(clamping: distribution.microBatches), updates: distribution.updates.text,
            minWorkers: UInt32(clamping: distribution.minWorkers),
            compression: distribution.compression.rawValue)
    }
}
