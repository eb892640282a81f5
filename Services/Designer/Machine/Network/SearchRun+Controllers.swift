package import DesignerClient
import Model
import Search

// Replicas of the controllers write candidates in their own processes; this part decides what happens to them. A
// trial's row records which replica wrote it in which step, so a repeated request finds the trials of the first one.
extension SearchRun {
    /// Starts the replicas and the parameter servers, if the search has any and is not over.
    package func startReplicas(_ decision: inout SearchDecision) {
        guard let replication = scenario.search.replication, mayWrite else { return }
        decision.steps += [.startReplicas(ControllerTask.tasks(of: plan, replication)), .awaitProposals]
    }

    private var mayWrite: Bool {
        trials.count < scenario.search.trials && !trials.contains(where: \.purpose.isFinal)
    }

    /// Tries children of a replica, as far as other replicas have not used up the trials.
    package mutating func place(_ request: ControllerRequest, _ decision: inout SearchDecision) throws {
        let children = request.children
        let purpose = TrialPurpose.replica(request.replica, step: children.step)
        var placed = trials.filter { $0.purpose == purpose }.map(\.id.number)
        for genome in children.genomes where placed.count < children.batch && mayWrite {
            guard let trial = try take(genome, for: purpose, request) else { continue }
            try add(trial, &decision)
            placed.append(trial.id.number)
        }
        if children.genomes.isEmpty && placed.count < children.batch { isExhausted = true }
        note(children.evenness, of: request.replica, &decision)
        decision.placements[request.id] = ControllerPlacement(trials: placed, isOver: !mayWrite)
        if mayWrite { decision.steps.append(.awaitProposals) }
        try advance(&decision)
    }

    private mutating func take(
        _ genome: Genome, for purpose: TrialPurpose, _ request: ControllerRequest
    ) throws -> Trial? {
        let origin = "controller \(request.replica + 1), step \(request.children.step + 1)"
        let space = space
        guard let proposal = searcher?.take(genome, origin: origin, where: space.isAllowed) else { return nil }
        var trial = try trial(proposal)
        trial.purpose = purpose
        return trial
    }

    private func note(_ evenness: [String: Double], of replica: Int, _ decision: inout SearchDecision) {
        guard !evenness.isEmpty else { return }
        var attributes = ["trials": "\(trials.count)", "replica": "\(replica + 1)"]
        for (genes, bits) in evenness { attributes["entropy.\(genes)"] = "\(bits)" }
        decision.note("scenario.learned", plan.id.text, attributes)
    }

    /// The step at which a replica's next holder begins, given these trials; a step that may not have been learned from
    /// is repeated.
    package static func step(of replica: Int, in trials: [Trial]) -> Int {
        let own = trials.filter { $0.purpose.placement?.replica == replica }
        guard let last = own.compactMap(\.purpose.placement?.step).max() else { return 0 }
        let isOpen = own.contains { $0.purpose == .replica(replica, step: last) && !$0.state.isFinal }
        return last + (isOpen ? 0 : 1)
    }
}
