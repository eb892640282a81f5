public import Messaging
public import Schema

extension Route where Request == Wire.Observation, Reply == Wire.Empty {
    /// Stores an observation; safe to repeat.
    public static var observationPut: Self { Self("observation.put") }
}

extension Route where Request == Wire.BestKnownRequest, Reply == Wire.BestKnownReply {
    /// The best known genomes for a like scenario.
    public static var observationBest: Self { Self("observation.best") }
}

extension Route where Request == Wire.ObservationListRequest, Reply == Wire.ObservationListReply {
    /// Observations, oldest first.
    public static var observationList: Self { Self("observation.list") }
}
