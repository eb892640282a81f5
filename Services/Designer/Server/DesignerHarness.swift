import Brain
import DesignerClient
public import Messaging
import Model
import Schema
import ServiceKit
import WorkQueueClient
import WorkQueueServer

/// Handles the designer's routes: decodes, calls, encodes, and decides nothing.
public struct DesignerHarness: Sendable {
    let service: DesignerService

    /// Makes the harness of a designer.
    public init(_ service: DesignerService) { self.service = service }

    /// Adds the routes.
    public func register(in router: inout Router) {
        registerForControllers(in: &router)
        router.on(.publishScenario) { request in
            let status = try await service.publish(request.text, file: request.file, as: request.id)
            KillPoint.scenarioPublished.pass()
            return Wire.ScenarioStatus(status)
        }
        router.on(.getScenario, kind: .waiting) { request in
            let waiting = Duration.milliseconds(Int64(request.waitMilliseconds))
            return Wire.ScenarioStatus(try await service.scenario(request.id, waiting: waiting))
        }
        router.on(.cancelScenario) { request in Wire.ScenarioStatus(try await service.cancel(request.id)) }
        router.on(.resumeScenario) { request in Wire.ScenarioStatus(try await service.resume(request.id)) }
        router.on(.removeScenario) { request in Wire.ScenarioStatus(try await service.remove(request.id)) }
        router.on(.explainScenario) { request in
            let subject: ScenarioExplanation.Subject =
                request.id.isEmpty ? .text(request.text, file: request.file) : .published(request.id)
            return try await Wire.ExplainScenarioReply(service.explain(subject, networks: Int(request.networks)))
        }
        router.on(.listScenarios) { request in
            let scenarios = try await service.scenarios(limit: Int(request.limit), before: request.before)
            return Wire.ScenarioListReply(scenarios: try ReplyPage.fitting(scenarios.map { Wire.ScenarioStatus($0) }))
        }
        router.on(.queueStatistics) { _ in Wire.QueueStatisticsReply(try await service.queue.statistics()) }
        router.on(.listTrials) { request in
            let trials = try await service.trials(
                of: request.scenario, from: Int(request.from), limit: Int(request.limit))
            return Wire.TrialListReply(trials: try ReplyPage.fitting(trials.map { Wire.Trial($0) }))
        }
        router.on(.pageTrials) { request in
            guard let order = TrialOrder(rawValue: Int(request.order.rawValue)) else {
                throw Failure(.invalidArgument, "Trials cannot be sorted by \(request.order.rawValue).")
            }
            let trials = try await service.trials(
                of: request.scenario, by: order, descending: request.descending, offset: Int(request.offset),
                limit: Int(request.limit))
            return Wire.TrialListReply(trials: try ReplyPage.fitting(trials.map { Wire.Trial($0) }))
        }
        router.on(.searchProgress) { request in
            Wire.SearchProgressReply(try await service.progress(of: request.scenario, sample: Int(request.sample)))
        }
    }
}
