import Model
import Schema

extension Learning {
    /// - Throws: `Failure` if this version does not know a choice.
    init(_ wire: Wire.Learning) throws {
        guard let mode = Mode(rawValue: wire.mode) else {
            throw Self.unknown("way of learning", wire.mode, Mode.allCases.map(\.rawValue))
        }
        guard let transfer = Transfer(rawValue: wire.transfer) else {
            throw Self.unknown("transfer", wire.transfer, Transfer.allCases.map(\.rawValue))
        }
        self.init(
            mode, labels: wire.labels == 0 ? nil : Int(wire.labels),
            pretraining: wire.pretraining == 0 ? nil : Int(wire.pretraining), transfer: transfer)
    }

    private static func unknown(_ what: String, _ name: String, _ known: [String]) -> Failure {
        Failure(.invalidArgument, "There is no \(what) '\(name)'; use one of \(known.joined(separator: ", ")).")
    }
}

extension Wire.Learning {
    init(_ learning: Learning) {
        self.init(
            mode: learning.mode.rawValue, labels: UInt32(clamping: learning.labels ?? 0),
            pretraining: UInt32(clamping: learning.pretraining ?? 0), transfer: learning.transfer.rawValue)
    }
}
