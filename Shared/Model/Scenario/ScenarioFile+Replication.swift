extension ScenarioFile {
    /// Several replicas of the controllers, if the scenario asks for them.
    static func replication(_ search: FieldReader) throws -> Scenario.Replication? {
        let keys = ["replicas", "shards", "updates"]
        guard let key = keys.first(where: search.keys.contains) else { return nil }
        let method = try search.choice("method", of: SearchMethod.self) ?? Scenario.Search().method
        guard method == .reinforce else {
            throw search.wrong(key, "only controllers have replicas; use 'method: reinforce', or leave it out.")
        }
        guard !search.keys.contains("halving") else {
            throw search.wrong(
                "halving", "trials of several replicas cannot be stopped early; leave out this or '\(key)'.")
        }
        let usual = Scenario.Replication()
        return Scenario.Replication(
            replicas: try search.integer("replicas") ?? usual.replicas,
            shards: try search.integer("shards") ?? usual.shards,
            updates: try updates(search) ?? usual.updates)
    }

    private static func updates(_ search: FieldReader) throws -> Scenario.Replication.Updates? {
        if search.isGroup("updates"), let group = try search.fields("updates") {
            guard let bound = try group.integer("staleness") else {
                throw search.wrong("updates", "the bound is missing; use {staleness: 2}, for example.")
            }
            return .staleness(bound)
        }
        switch try search.text("updates") {
        case nil: return nil
        case "plain": return .plain
        case "delay-compensated": return .compensated
        case let other?:
            throw search.wrong(
                "updates", "'\(other)' is not one of the choices. Choices: plain, {staleness: 2}, delay-compensated.")
        }
    }
}
