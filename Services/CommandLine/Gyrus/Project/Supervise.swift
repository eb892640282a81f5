import ArgumentParser
import Foundation
import Glibc
import Launcher
import Logging
import Model

/// The supervisor in the background; `gyrus up -d` starts it.
struct Supervise: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Supervise a project's services in the background.", shouldDisplay: false)

    @ParentCommand var gyrus: Gyrus

    @Option(help: "File descriptor to write to once the supervisor listens.")
    var readyDescriptor: Int32

    func run() async throws {
        let session = try Session(gyrus.project)
        do {
            let supervisor = try await Supervisor.takingCharge(
                of: session.directory, programs: .beside, isLeashed: false, environment: session.locator.environment,
                logger: Logger(label: "supervisor", factory: { StreamLogHandler.standardError(label: $0) }))
            try await supervisor.open()
            report("ready")
            let signals = StopSignals { count in
                Task { _ = await supervisor.answer(count == 1 ? .shutDown : .kill) }
            }
            await supervisor.untilFinished()
            signals.cancel()
        } catch let failure as Failure where failure.code == .conflict {
            // Another supervisor was faster; whoever waits for this one can use that one.
            report("ready")
        } catch {
            report(Failure(error).message)
            throw error
        }
    }

    private func report(_ text: String) {
        let bytes = Array("\(text)\n".utf8)
        _ = write(readyDescriptor, bytes, bytes.count)
        close(readyDescriptor)
    }
}
