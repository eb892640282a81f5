import Model
package import Search

extension ScenarioPlan {
    /// Settings of early stopping; nil without it.
    package var halving: SuccessiveHalving.Settings? {
        get throws {
            let search = scenario.search
            return try search.halving.map {
                try .init(
                    budgets: $0.epochs(of: scenario.training), reduction: $0.factor, trials: search.trials,
                    lag: search.population)
            }
        }
    }
}
