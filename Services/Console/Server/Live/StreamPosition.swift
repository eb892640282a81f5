import Model
import ServiceClient

/// How far a reader has read the event logs of several services, written as `designer:12,trainer:400`.
struct StreamPosition: Hashable, CustomStringConvertible {
    private(set) var sequences: [ServiceName: UInt64]

    init(_ sequences: [ServiceName: UInt64] = [:]) { self.sequences = sequences }

    /// Parses the text form.
    /// - Throws: `Failure` with code `invalid-argument`.
    init(_ text: String) throws {
        self.init()
        for part in text.split(separator: ",") {
            let pair = part.split(separator: ":")
            guard pair.count == 2, let service = ServiceName(rawValue: String(pair[0])), let number = UInt64(pair[1])
            else {
                throw Failure(
                    .invalidArgument, "'\(text.prefix(80))' is not a position; write it like designer:12,trainer:400.")
            }
            sequences[service] = number
        }
    }

    /// Records that the log of a service was read up to a number.
    mutating func advance(_ service: ServiceName, to sequence: UInt64) { sequences[service] = sequence }

    var description: String {
        sequences.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0):\($1)" }.joined(separator: ",")
    }
}
