import DesignerClient
import Model
import Networks
import Search
import TrainerClient

// Final trainings whose networks answer together as an ensemble: several finalists, or one network per fold of the
// samples.
extension SearchRun {
    /// An ensemble chooses its finalists from this many times as many of the best trials.
    private static let teamChoice = 3

    /// The trials whose networks get a final training. For an ensemble, networks of families not yet chosen come first
    /// among the best, because networks that differ make different errors (Kuncheva and Whitaker, Measures of diversity
    /// in classifier ensembles, 2003). One that is clearly worse than the best would spoil the mean.
    mutating func team() throws -> [Trial] {
        guard scenario.isEnsemble else { return finalists(among: ranking) }
        let least = leastOfTeam
        let best = finalists(among: ranking, count: scenario.finalists * Self.teamChoice)
            .filter { $0.objective.map { $0 >= least } ?? false }
        var (first, rest): ([Trial], [Trial]) = ([], [])
        var families: Set<[String]> = []
        for trial in best {
            if families.insert(try candidate(Genome(trial.genome)).families).inserted {
                first.append(trial)
            } else {
                rest.append(trial)
            }
        }
        return Array((first + rest).prefix(scenario.finalists))
    }

    /// The value halfway between the best trial and the median trial; a network below it is not part of an ensemble.
    private var leastOfTeam: Double {
        let values = ranking.compactMap(\.objective)
        guard let best = values.first else { return -.infinity }
        return (best + values[values.count / 2]) / 2
    }

    /// Orders final trainings, each with a different fold held out.
    /// - Returns: Whether there are any; otherwise the finalists are trained as usual.
    mutating func trainFolds(_ finalists: [Trial], _ decision: inout SearchDecision) throws -> Bool {
        let members = members(of: finalists)
        guard members.count > 1, let folds = scenario.folds else { return false }
        for trial in members.prefix(finalists.count) { noteFinalist(trial, in: &decision) }
        let finals = members.enumerated().map { number, trial in
            let source = trial.id.number
            return (
                trial, "final \(source), fold \(number + 1) of \(folds)", TrialPurpose.fold(of: source, number: number)
            )
        }
        try addFinals(finals, &decision)
        return true
    }

    /// Combines the networks of the final trainings into ensembles, if the scenario asks for it and its limits allow it.
    /// - Returns: Whether an ensemble is under way.
    mutating func addEnsembles(_ decision: inout SearchDecision) throws -> Bool {
        guard scenario.isEnsemble, !trials.contains(where: { $0.purpose == .ensemble }) else { return false }
        var isUnderWay = false
        for team in teams where try addEnsemble(of: team, &decision) { isUnderWay = true }
        return isUnderWay
    }

    /// The final trainings whose networks form an ensemble: those of all folds, or the best two finalists, the best
    /// three and so on; validation picks one of them. A weaker network can spoil the mean, so it has to earn its place
    /// (Margineantu and Dietterich, Pruning adaptive boosting, 1997).
    private var teams: [[Trial]] {
        let members = trials.filter { $0.purpose.isFinal && $0.objective != nil && $0.network != nil }
        guard members.count > 1 else { return [] }
        guard members.allSatisfy({ $0.purpose.fold == nil }) else { return [members] }
        let best = members.sorted {
            ($0.objective ?? -.infinity, $1.id.number) > ($1.objective ?? -.infinity, $0.id.number)
        }
        return (2...best.count).reversed().map { best.prefix($0).sorted { $0.id.number < $1.id.number } }
    }

    private mutating func addEnsemble(of members: [Trial], _ decision: inout SearchDecision) throws -> Bool {
        guard let first = members.first else { return false }
        let numbers = members.map(\.id.number)
        var trial = try self.trial(
            trials.count, Genome(first.genome), origin: "mean of \(numbers.map(String.init).joined(separator: ", "))",
            for: .ensemble)
        trial.parents = numbers
        let candidate = try candidate(of: trial)
        guard scenario.limits.allow(parameters: candidate.parameters, operations: candidate.operations) else {
            return false
        }
        trial.networkName = candidate.title
        trial.code = try candidate.code(accuracy: nil).description
        trial.metrics = ["parameters": Double(candidate.parameters), "operations": Double(candidate.operations)]
        try add(trial, &decision)
        return true
    }

    /// The candidate of a trial: that of its genome, or an ensemble of several.
    mutating func candidate(of trial: Trial) throws -> Candidate {
        guard trial.purpose == .ensemble else { return try candidate(Genome(trial.genome)) }
        let members = try trial.parents.map { number in
            guard trials.indices.contains(number) else {
                throw Failure(.corrupt, "Trial '\(trial.id)' is made from trial \(number), which does not exist.")
            }
            return try candidate(Genome(trials[number].genome))
        }
        return try Candidate(ensembleOf: members)
    }

    /// The weights of the networks in an ensemble.
    func weightsOfMembers(of trial: Trial) -> [TrainingTask.InitialWeights] {
        trial.parents.enumerated().compactMap { place, number in
            trials[number].network.map {
                .init($0.weights, prefix: NetworkDescription.prefix(ofMember: place))
            }
        }
    }

    /// The fold that a training holds out.
    func fold(of trial: Trial) throws -> Fold? {
        guard let number = trial.purpose.fold, let folds = scenario.folds else { return nil }
        return try Fold(number, of: folds)
    }

    /// The value of an ensemble of folds. No samples remain that none of its networks has learned from, so it is the
    /// mean of each network's value on its own held-out fold.
    func foldMetrics(of trial: Trial) -> [String: Double] {
        let members = trial.parents.map { trials[$0] }
        guard trial.purpose == .ensemble, members.allSatisfy({ $0.purpose.fold != nil }) else { return [:] }
        var means: [String: Double] = [:]
        for name in Set(members.flatMap(\.metrics.keys)) where name.hasPrefix("validation-") {
            let values = members.compactMap { $0.metrics[name] }
            if values.count == members.count { means[name] = values.reduce(0, +) / Double(values.count) }
        }
        return means
    }

    /// The best ensemble of finalists, if it validates within a standard error of the best network. Of networks that
    /// validate equally well, the best is so partly by luck, which an average has less of (the one-standard-error rule;
    /// Breiman et al., Classification and regression trees, 1984, section 3.4.3).
    func ensemble(asGoodAs best: Trial) -> Trial? {
        let ensembles = trials.filter { $0.purpose == .ensemble && $0.objective != nil && $0.keeps(scenario.limits) }
        // Of equally good ones, the first: it has the most networks.
        let ensemble = ensembles.max {
            ($0.objective ?? 0, $1.id.number) < ($1.objective ?? 0, $0.id.number)
        }
        guard let ensemble, let value = ensemble.objective, let greatest = best.objective else { return nil }
        let name = Metric.error(of: scenario.objective.name(on: "validation"))
        return value + (ensemble.metrics[name] ?? 0) >= greatest ? ensemble : nil
    }

    /// The ensemble of folds, which is the result if there is one, because none of its networks has learned from all
    /// samples.
    var ensembleOfFolds: Trial? {
        trials.first {
            $0.purpose == .ensemble && $0.objective != nil && $0.keeps(scenario.limits)
                && $0.parents.allSatisfy { trials[$0].purpose.fold != nil }
        }
    }
}
