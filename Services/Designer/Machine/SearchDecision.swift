package import DesignerClient
package import EvaluatorClient
package import Model
package import Search
package import TrainerClient
package import WorkQueueClient

/// A decision of a search: what to write in one transaction, and what to start once it is on disk.
package struct SearchDecision {
    /// An event for the event log.
    package struct Note: Hashable {
        package var kind: String
        package var subject: String
        package var attributes: [String: String] = [:]
    }

    /// A message for another service.
    package enum Delivery: Hashable {
        case observation(TrialObservation)
        case model(TrainedModel)
    }

    /// An action to start; its result comes back to the search as a report.
    package enum Step: Hashable {
        case prepare(PreparationOrder)
        case requestSeeds(limit: Int)
        case extract(Order<FeatureTask>, modality: String)
        case train(Order<TrainingTask>, number: Int)
        case evaluate(Order<EvaluationTask>, number: Int)
        case track(Order<TrackingTask>, number: Int)
        case register(TrainedModel)
        case registerTracker(TrackerModel)
        /// Assigns the parts of a search with replicas to workers; ends only on a permanent failure.
        case startReplicas([TaskSubmission])
        /// Waits for children of replicas.
        case awaitProposals
        /// Waits until the time for trials is spent.
        case wait(seconds: Double)
    }

    /// How a search ended.
    package enum Conclusion: Hashable {
        case succeeded(model: String)
        case failed(Failure)
    }

    /// New or changed trials.
    package var trials: [Trial] = []
    /// Events to log.
    package var notes: [Note] = []
    /// Messages to deliver.
    package var deliveries: [Delivery] = []
    /// Whether the dataset has become ready.
    package var isPrepared = false
    /// Initial genomes, once they are known.
    package var seeds: [Genome]?
    /// Set when the search is over.
    package var conclusion: Conclusion?
    /// The warning about lost trials of a successful search.
    package var shortfall: Failure?
    /// Actions to start.
    package var steps: [Step] = []
    /// Replies to children that replicas have written, by request.
    package var placements: [Int: ControllerPlacement] = [:]

    /// An empty decision.
    package init() {}

    /// Ends a scenario's search without a result.
    package mutating func fail(_ failure: Failure, _ id: ScenarioID) {
        conclusion = .failed(failure)
        note("scenario.failed", id.text, ["code": failure.code.rawValue, "message": failure.message])
    }

    package mutating func note(_ kind: String, _ subject: String, _ attributes: [String: String] = [:]) {
        notes.append(Note(kind: kind, subject: subject, attributes: attributes))
    }
}

/// A report to a search about something that happened.
package enum SearchEvent: Sendable {
    case prepared(Result<Void, Failure>)
    case found(PriorKnowledge)
    case extracted(modality: String, Result<FeatureResult, Failure>)
    case trained(number: Int, Result<TrainingResult, Failure>)
    case evaluated(number: Int, Result<EvaluationResult, Failure>)
    case tracked(number: Int, Result<TrackingResult, Failure>)
    case registered(model: String, Result<Void, Failure>)
    case written(ControllerRequest)
    /// The time for trials is spent.
    case timeUp
    case abandoned(Failure)
}
