import DesignerClient
import DesignerSearch
import Messaging
import Model
import Schema
import Search
import WorkQueueServer

extension DesignerHarness {
    /// Adds the routes for the workers of searches with replicas.
    func registerForControllers(in router: inout Router) {
        QueueHarness(service.queue).registerForWorkers(in: &router) { worker, kinds in
            // The workers must not see the designer's own slots and their scenarios.
            !worker.hasPrefix(ScenarioWorker.slotPrefix)
                && Set(kinds).isSubset(of: [ControllerTask.replicaKind, ControllerTask.shardKind])
        }
        router.on(.placeChildren, kind: .waiting) { request in
            let children = ControllerChildren(
                step: Int(request.step), batch: Int(request.batch), genomes: try request.genomes.map { try Genome($0) },
                evenness: .init(request.evenness))
            let placement = try await service.place(children, of: Int(request.replica), in: request.scenario)
            return Wire.ControllerPlaceReply(trials: placement.trials.map { UInt32($0) }, over: placement.isOver)
        }
        router.on(.waitForTrials, kind: .waiting) { request in
            let hasEnded = try await service.wait(
                for: request.trials.map { Int($0) }, of: request.scenario,
                waiting: .milliseconds(request.waitMilliseconds))
            return Wire.ControllerWaitReply(ended: hasEnded)
        }
        router.on(.announceShard) { request in
            try await service.announce(ControllerClient.ShardPlace(request), of: request.scenario)
            return Wire.Empty()
        }
        router.on(.listShards, kind: .waiting) { request in
            let places = try await service.shards(
                of: request.scenario, waiting: .milliseconds(request.waitMilliseconds))
            return Wire.ControllerShardsReply(
                shards: places.map {
                    Wire.ControllerShard(
                        scenario: request.scenario, shard: UInt32($0.shard), endpoint: $0.endpoint.description,
                        key: $0.key?.text ?? "")
                })
        }
    }
}
