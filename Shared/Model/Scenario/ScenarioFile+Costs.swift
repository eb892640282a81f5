import Yams

extension ScenarioFile {
    /// What a network must not exceed.
    fileprivate static func limits(_ objective: FieldReader?) throws -> Scenario.Limits {
        let limits = try objective?.fields("limits")
        return Scenario.Limits(
            parameters: try limits?.integer("parameters"),
            operations: try limits?.integer("operations"),
            latency: try limits?.milliseconds("latency"))
    }

    /// How trials are stopped early, where the scenario wishes.
    static func halving(_ search: FieldReader, _ training: Scenario.Training) throws -> Scenario.Halving? {
        guard let fields = try search.fields("halving") else { return nil }
        let usual = Scenario.Halving()
        let halving = Scenario.Halving(
            first: try fields.integer("first") ?? usual.first,
            factor: try fields.integer("factor") ?? usual.factor)
        guard halving.first < training.epochs else {
            throw fields.wrong(
                "first",
                "trials cannot be stopped early after \(halving.first) epochs, because a whole training has "
                    + "\(training.epochs); raise training.epochs.")
        }
        return halving
    }

    /// Refuses what cannot be measured, or not be stopped early, in what is searched.
    static func checkMeasures(of scenario: Scenario) throws {
        if scenario.task == .tracking {
            guard scenario.limits == Scenario.Limits(), scenario.minimized.isEmpty else {
                throw Failure(
                    .invalidArgument, "objective: of trackers only what is maximized is measured; leave the rest out.")
            }
        }
        guard scenario.fusion != nil || scenario.task == .tracking else { return }
        if scenario.search.layers != nil {
            throw Failure(
                .invalidArgument, "search.layers: only networks that are trained as a whole are written by layers.")
        }
        if scenario.search.halving != nil {
            throw Failure(
                .invalidArgument, "search.halving: only networks that are trained as a whole can be stopped early.")
        }
        if scenario.search.replication != nil {
            throw Failure(
                .invalidArgument, "search.replicas: only networks that are trained as a whole are written by replicas.")
        }
        if scenario.limits.latency != nil || scenario.minimized.contains(.latency) {
            throw Failure(
                .invalidArgument,
                "objective: with 'fusion', only layers above features are measured; limit parameters or operations.")
        }
    }
}

/// What a scenario wants to be large and small: the group `objective`.
struct Goals {
    /// The metric that networks are judged by; nil where none is named.
    private(set) var metric: Metric?
    /// Where the metric stands, for messages.
    private(set) var place = "objective"
    /// What is made as small as possible besides.
    private(set) var costs: [Scenario.Cost] = []
    /// What a network must not exceed.
    let limits: Scenario.Limits

    init(_ reader: FieldReader) throws {
        let fields = try reader.fields("objective")
        limits = try ScenarioFile.limits(fields)
        guard let fields else { return }
        for key in ["maximize", "maximise"] where fields.keys.contains(key) {
            guard let name = try fields.text(key) else { continue }
            try take(try Self.metric(name, key, in: fields, .maximize, besides: []), key, in: fields)
        }
        for key in ["minimize", "minimise"] where fields.keys.contains(key) {
            let names = fields.isText(key) ? try fields.text(key).map { [$0] } ?? [] : try fields.texts(key) ?? []
            guard Set(names).count == names.count else { throw fields.wrong(key, "a name is listed twice.") }
            for name in names {
                if let cost = Scenario.Cost(rawValue: name) {
                    costs.append(cost)
                } else {
                    let costs = Scenario.Cost.allCases.map(\.rawValue)
                    try take(try Self.metric(name, key, in: fields, .minimize, besides: costs), key, in: fields)
                }
            }
        }
    }

    private mutating func take(_ metric: Metric, _ key: String, in fields: FieldReader) throws {
        if let other = self.metric {
            throw fields.wrong(
                key, "networks are judged by one metric, and there are \(other.name) and \(metric.name).")
        }
        self.metric = metric
        place = "objective.\(key)"
    }

    private static func metric(
        _ name: String, _ key: String, in fields: FieldReader, _ direction: Metric.Direction, besides others: [String]
    ) throws -> Metric {
        let known = Metric.all.filter { $0.direction == direction }.map(\.name) + others
        guard let metric = Metric(named: name) else {
            throw fields.wrong(
                key,
                "there is no '\(name)' to choose.\(NearestName.question(name, among: known)) "
                    + "Known are \(known.joined(separator: ", ")).")
        }
        guard metric.direction == direction else {
            throw fields.wrong(
                key,
                "\(name) is better when \(direction == .maximize ? "smaller" : "larger"); write "
                    + "\(direction == .maximize ? "minimize" : "maximize"): \(name).")
        }
        return metric
    }
}

/// Yes or no in a scenario.
enum Switch: String, CaseIterable {
    case on = "true"
    case off = "false"

    var isOn: Bool { self == .on }
}

extension FieldReader {
    /// Whether a single word stands under a key.
    fileprivate func isText(_ key: String) -> Bool { node(key)?.scalar != nil }
}
