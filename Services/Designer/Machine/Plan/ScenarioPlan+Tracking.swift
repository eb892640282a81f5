import Model
package import Search
package import TrackingSearch

extension ScenarioPlan {
    /// The space of the scenario's search.
    /// - Throws: `Failure` that points into the scenario's file.
    package var searchSpace: SearchSpace {
        get throws {
            switch scenario.task {
            case .classification, .multiLabel, .regression: try candidateSpace.space
            case .tracking: try trackingSpace.space
            }
        }
    }

    /// The detectors and trackers to choose from.
    /// - Throws: `Failure` that points into the scenario's file.
    package var trackingSpace: TrackingSpace {
        get throws {
            try file.locating {
                let space = try TrackingSpace(detectors: scenario.data.video?.detectors ?? [])
                let fixed = space.defaults.count
                guard scenario.search.trials > fixed else {
                    throw Failure(
                        .invalidArgument,
                        """
                        search.trials: \(scenario.search.trials) are too few. The first \(fixed) are published settings, \
                        each tracker with each detector; use at least \(fixed + 1).
                        """)
                }
                return space
            }
        }
    }
}
