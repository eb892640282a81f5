import ArgumentParser
import Foundation
import Launcher
import Logging
import Messaging
import Model
import ServiceClient

/// Starts workers on this machine for services on another one.
struct Join: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run workers on this machine for services on another machine.",
        discussion: """
            On the other machine, 'gyrus up --listen ADDRESS' or 'gyrus keys token' prints the token. The workers here are \
            a project of their own: ps, logs, scale and down work as usual, and commands that need the services contact \
            the other machine.

              gyrus join 10.0.0.5 --token gyrus1-… -d --scale trainer-worker=4
              gyrus join lab:7200 --token - < token.txt
              gyrus down -v                 stops the workers and leaves
            """)

    /// Services that need nothing but a token.
    static let usualWorkers = ["evaluator-worker", "trainer-worker"]

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var start: StartOptions

    // A token on the command line is visible to every user of the machine, hence `-` for stdin.
    @Option(help: "Token, or - to read it from stdin (default: $GYRUS_TOKEN).")
    var token: String?

    @Option(
        help: ArgumentHelp(
            "Address at which other workers reach this machine (default: the address used to reach the services).",
            valueName: "address"))
    var address: String?

    @Argument(help: ArgumentHelp("Where the services run.", valueName: "address[:port]"))
    var services: String

    @Argument(help: "Services to run here (default: evaluator-worker trainer-worker).")
    var workers: [String] = []

    func run() async throws {
        let place = try NetworkPlace(services)
        let token = try JoinToken(givenToken())
        let session = try Session(gyrus.project)
        try await checkProject(session)
        try await checkAdmission(to: place, token)
        guard let own = address ?? place.ownAddress else {
            throw Failure(.unavailable, "cannot reach '\(place.host)' from this machine; check the address")
        }
        let names = workers.isEmpty ? Self.usualWorkers : workers
        let network = try ProjectKeys.join(
            place, with: token, as: own, running: Set(names), in: session.directory)
        try network.keep(in: session.directory)
        try await start.run([], of: session)
        if start.detach { say("\(names.joined(separator: " and ")) now work for the services at \(place.host).") }
    }

    private func givenToken() throws -> String {
        let given = token ?? ProcessInfo.processInfo.environment["GYRUS_TOKEN"]
        guard let given, !given.isEmpty else {
            throw ValidationError(
                "a token is required: run 'gyrus keys token' on the machine with the services, then pass it with --token."
            )
        }
        guard given == "-" else { return given }
        return readLine() ?? ""
    }

    /// Refuses a project that runs its own services here.
    private func checkProject(_ session: Session) async throws {
        let kept = try ProjectNetwork.kept(in: session.directory)
        let runs = try await session.status().map { !$0.replicas.isEmpty } ?? false
        guard kept?.isHost == true || (kept == nil && runs) else { return }
        throw Failure(
            .conflict,
            "project '\(session.directory.name)' runs its own services here; use another project: gyrus -p NAME join …"
        )
    }

    /// Contacts the services before anything starts, so that a wrong address or token is reported at once.
    private func checkAdmission(to place: NetworkPlace, _ token: JoinToken) async throws {
        let found = place.endpoints(from: place.port ?? token.port).first { $0.service == .trainer }
        guard let found else { return }
        let client = RequestClient(
            to: try Endpoint(found.endpoint), security: Security(keys: token.keys, server: token.services),
            logger: Logger(label: "gyrus") { _ in SwiftLogNoOpLogHandler() })
        do {
            _ = try await ServiceClient(client).health(timeout: .seconds(10))
        } catch let failure as Failure where failure.code == .permissionDenied {
            throw Failure(
                .permissionDenied,
                "the services at \(found.endpoint) reject the token: it was revoked or is for other services; create a new "
                    + "one on that machine: gyrus keys token")
        } catch let failure as Failure where failure.isRetriable {
            throw Failure(
                .unavailable,
                "nothing answers at \(found.endpoint); check that the services run there ('gyrus up -d --listen "
                    + "\(place.host)') and that no firewall blocks the port")
        }
    }
}
