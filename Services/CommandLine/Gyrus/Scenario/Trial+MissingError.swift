import DesignerClient
import Model

extension Trial {
    /// Why the test value of a metric has no error; nil if it has one, or if there is no test value.
    func missingError(of metric: Metric) -> String? {
        let name = metric.name(on: "test")
        guard metrics[name] != nil, metrics[Metric.error(of: name)] == nil else { return nil }
        return
            "The test \(metric.name) has no error: all test samples belong to one group, such as one speaker, so they "
            + "do not show how much it varies."
    }
}
