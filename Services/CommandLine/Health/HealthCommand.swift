import ArgumentParser
import Logging
import Model
import ServiceClient

/// Checks one service's health like `gyrus health`, in a program that starts in a fraction of the time, because health
/// checks run for as long as the services do.
@main
struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gyrus-health",
        abstract: "Check whether a service is ready; exit status 69 if it is not.",
        discussion: """
            Health checks run this. 'gyrus health' shows all services.

              gyrus-health registry --wait 5
            """)

    @Option(help: ArgumentHelp("Maximum time to wait until it is ready.", valueName: "seconds"))
    var wait = 0

    @Argument(help: "Service: registry, designer, knowledge, trainer or evaluator.")
    var service: String

    func validate() throws {
        guard ServiceName(rawValue: service) != nil else { throw ValidationError("There is no service '\(service)'.") }
        guard (0...3600).contains(wait) else { throw ValidationError("--wait must be from 0 to 3600, not \(wait).") }
    }

    func run() async throws {
        guard let name = ServiceName(rawValue: service) else { throw ExitCode.validationFailure }
        do {
            let logger = Logger(label: "gyrus-health") { _ in SwiftLogNoOpLogHandler() }
            let client = ServiceClient(try ServiceDirectory().connect(to: name, logger: logger))
            let deadline = ContinuousClock.now + .seconds(max(wait, 1))
            repeat {
                do {
                    if try await client.health(timeout: .seconds(1)).isReady { return }
                } catch let failure as Failure where failure.isRetriable {}
                try await Task.sleep(for: .milliseconds(10))
            } while ContinuousClock.now < deadline
        } catch let failure as Failure {
            print("\(name): \(failure.message)")
            throw ExitCode(failure.exitStatus)
        }
        print("the \(name) is not ready")
        throw ExitCode(69)
    }
}
