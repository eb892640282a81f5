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

    /// How trials are stopped early; nil if the scenario does not ask for it.
    static func halving(_ search: FieldReader, _ training: Scenario.Training) throws -> Scenario.Halving? {
        guard let fields = try search.fields("halving") else { return nil }
        let usual = Scenario.Halving()
        let halving = Scenario.Halving(
            first: try fields.integer("first") ?? usual.first,
            factor: try fields.integer("factor") ?? usual.factor)
        guard halving.first < training.epochs else {
            throw fields.wrong(
                "first",
                "cannot stop trials after \(halving.first) epochs, because a full training has "
                    + "\(training.epochs); raise training.epochs.")
        }
        return halving
    }

    /// Rejects costs that cannot be measured, and early stopping if the search does not support it.
    static func checkMeasures(of scenario: Scenario) throws {
        if scenario.task == .tracking {
            guard scenario.limits == Scenario.Limits(), scenario.minimized.isEmpty else {
                throw Failure(
                    .invalidArgument,
                    "objective: trackers have no costs or limits; leave out everything but 'maximize'.")
            }
        }
        guard scenario.fusion != nil || scenario.task == .tracking else { return }
        if scenario.search.layers != nil {
            throw Failure(
                .invalidArgument, "search.layers: needs networks that are trained as a whole; leave it out.")
        }
        if scenario.search.halving != nil {
            throw Failure(
                .invalidArgument, "search.halving: needs networks that are trained as a whole; leave it out.")
        }
        if scenario.search.replication != nil {
            throw Failure(
                .invalidArgument, "search.replicas: needs networks that are trained as a whole; leave it out.")
        }
        if scenario.limits.latency != nil || scenario.minimized.contains(.latency) {
            throw Failure(
                .invalidArgument,
                "objective: with 'fusion', latency cannot be measured; limit parameters or operations.")
        }
    }
}

/// The group `objective`: what to maximize, minimize and limit.
struct Goals {
    /// The metric that ranks networks; nil if none is named.
    private(set) var metric: Metric?
    /// Position of the metric in the file, for messages.
    private(set) var place = "objective"
    /// Costs to minimize as well.
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
                key, "give one metric; found both \(other.name) and \(metric.name).")
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
                "'\(name)' is not one of the choices.\(NearestName.question(name, among: known)) "
                    + "Choices: \(known.joined(separator: ", ")).")
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

/// A Boolean in a scenario.
enum Switch: String, CaseIterable {
    case on = "true"
    case off = "false"

    var isOn: Bool { self == .on }
}

extension FieldReader {
    /// Whether the value of a key is a single word.
    fileprivate func isText(_ key: String) -> Bool { node(key)?.scalar != nil }
}
