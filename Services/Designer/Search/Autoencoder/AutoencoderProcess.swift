import Foundation
import HelperProcesses
import Model
import Synchronization

/// The process that learns with libtorch, `gyrus-autoencoder`: it is started for the first lesson, and answers one after the
/// other.
final class AutoencoderProcess: Sendable {
    private let helper = Mutex<HelperProcess?>(nil)

    /// Has a model learn.
    /// - Throws: `Failure` with the reason of the process, or code `unavailable` where it cannot be started or dies.
    func learn(_ lesson: AutoencoderLesson) throws -> AutoencoderReport {
        let question = String(decoding: try JSONEncoder().encode(lesson), as: UTF8.self)
        return try helper.withLock { helper in
            let process = try helper ?? HelperProcess("gyrus-autoencoder")
            // One that fails is not asked again.
            helper = nil
            process.say(question)
            guard let line = process.line() else {
                throw Failure(.unavailable, "gyrus-autoencoder has ended without an answer; its messages are above.")
            }
            switch try JSONDecoder().decode(AutoencoderAnswer.self, from: Data(line.utf8)) {
            case .failure(let failure): throw failure
            case .report(let report):
                helper = process
                return report
            }
        }
    }
}
