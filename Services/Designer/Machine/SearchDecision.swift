package import DesignerClient
package import EvaluatorClient
package import Model
package import Search
package import TrainerClient
package import WorkQueueClient

/// What a search decides: what to write in one transaction, and what to begin once it is on disk.
package struct SearchDecision {
    /// Something for the event log.
    package struct Note: Hashable {
        package var kind: String
        package var subject: String
        package var attributes: [String: String] = [:]
    }

    /// Something that has to reach another service.
    package enum Delivery: Hashable {
        case observation(TrialObservation)
        case model(TrainedModel)
    }

    /// Something to begin; what comes of it is told to the search as an occurrence.
    package enum Step: Hashable {
        case prepare(PreparationOrder)
        case seek(limit: Int)
        case extract(Order<FeatureTask>, modality: String)
        case train(Order<TrainingTask>, number: Int)
        case evaluate(Order<EvaluationTask>, number: Int)
        case track(Order<TrackingTask>, number: Int)
        case register(TrainedModel)
        case registerTracker(TrackerModel)
        /// Has workers take on the parts of a search by replicas; ends only where that is of no use.
        case employ([TaskSubmission])
        /// Waits for children of replicas.
        case listen
        /// Waits until the time for trials is spent.
        case wait(seconds: Double)
    }

    /// How a search ended.
    package enum Conclusion: Hashable {
        case succeeded(model: String)
        case failed(Failure)
    }

    /// Trials that are new or changed.
    package var trials: [Trial] = []
    /// Events.
    package var notes: [Note] = []
    /// What is to be delivered.
    package var deliveries: [Delivery] = []
    /// Whether the dataset has become ready.
    package var isPrepared = false
    /// Genomes with which the search begins, once they are known.
    package var seeds: [Genome]?
    /// Set where the search is over.
    package var conclusion: Conclusion?
    /// What a search that succeeded has lost.
    package var shortfall: Failure?
    /// What to begin.
    package var steps: [Step] = []
    /// What becomes of children that replicas have written, by request.
    package var placements: [Int: ControllerPlacement] = [:]

    /// Decides nothing yet.
    package init() {}

    /// Ends the search of a scenario without a result.
    package mutating func fail(_ failure: Failure, _ id: ScenarioID) {
        conclusion = .failed(failure)
        note("scenario.failed", id.text, ["code": failure.code.rawValue, "message": failure.message])
    }

    package mutating func note(_ kind: String, _ subject: String, _ attributes: [String: String] = [:]) {
        notes.append(Note(kind: kind, subject: subject, attributes: attributes))
    }
}

/// Something that a search is told.
package enum SearchOccurrence: Sendable {
    case prepared(Result<Void, Failure>)
    case found([Genome])
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
