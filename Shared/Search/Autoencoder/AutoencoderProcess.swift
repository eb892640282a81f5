import Foundation
import HelperProcesses
import Model
import Synchronization

/// The process that trains with libtorch: started for the first training request, it answers one request after another.
final class AutoencoderProcess: Sendable {
    private static let program = "gyrus-autoencoder"
    /// Number of processes that may die on one request before it is given up.
    private static let mostDeaths = 3

    private let helper = Mutex<HelperProcess?>(nil)

    /// Trains a model.
    /// - Throws: `Failure` with the reason of the process; code `unavailable` if it cannot be started, or dies each
    ///   time.
    func learn(_ request: AutoencoderRequest) throws -> AutoencoderReport {
        let question = String(decoding: try JSONEncoder().encode(request), as: UTF8.self)
        for _ in 0..<Self.mostDeaths {
            if let answer = try answer(to: question) { return try report(answer) }
        }
        throw Failure(
            .unavailable,
            "\(Self.program) died \(Self.mostDeaths) times on the same request; its messages are in the log. It may"
                + " have run out of memory.", isRetriable: false)
    }

    /// The answer of the current process or of a new one; nil if it dies.
    private func answer(to question: String) throws -> String? {
        try helper.withLock { helper in
            let process = try helper ?? HelperProcess(Self.program)
            // A process that does not answer is not asked again.
            helper = nil
            process.say(question)
            guard let line = try process.line() else { return nil }
            helper = process
            return line
        }
    }

    private func report(_ answer: String) throws -> AutoencoderReport {
        guard let answer = try? JSONDecoder().decode(AutoencoderAnswer.self, from: Data(answer.utf8)) else {
            throw Failure(
                .internal,
                "\(Self.program) answered '\(answer.prefix(80))'; it must be from the same build as the designer.",
                isRetriable: false)
        }
        switch answer {
        case .report(let report): return report
        case .failure(let failure): throw failure
        }
    }
}
