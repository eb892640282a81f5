import Logging
import Model
import ServiceLifecycle
import Storage

/// Removes what exceeds the retention policy while a service runs.
struct RetentionKeeper: Service {
    /// How something is removed.
    struct Rule: Sendable {
        let what: RetentionPolicy.Subject
        let remove: @Sendable (RetentionPolicy.Limit) async throws -> Int
    }

    private static let interval = Duration.seconds(600)

    private let policy: RetentionPolicy
    private let rules: [Rule]
    private let logger: Logger

    init(_ policy: RetentionPolicy, _ rules: [Rule], logger: Logger) {
        self.policy = policy
        self.rules = rules
        self.logger = logger
    }

    /// Removes immediately and then every ten minutes, until graceful shutdown.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat {
                for rule in rules { await apply(rule) }
            } while (try? await Task.sleep(for: Self.interval)) != nil
        }
    }

    private func apply(_ rule: Rule) async {
        do {
            let count = try await rule.remove(policy[rule.what])
            guard count > 0 else { return }
            logger.info(
                "removed what exceeds the retention policy",
                metadata: ["what": "\(rule.what.rawValue)", "count": "\(count)"])
        } catch {
            logger.error(
                "cannot remove what exceeds the retention policy",
                metadata: ["what": "\(rule.what.rawValue)", "reason": "\(Failure(error).message)"])
        }
    }
}
