import Brain
import GRDB
import Model
import RegistryClient
import Storage

extension BrainStore {
    /// Areas with their sub-areas and what they offer.
    func areas(_ name: String?) async throws -> [AreaStatus] {
        try await database.read { db in
            let map = try self.map(in: db)
            let counts = try AreaTable.counts(db)
            let wanted = try name.map { try AreaEditor.find($0, in: map, db).id }
            return map.areas.filter { wanted == nil || $0.id == wanted || $0.parent == wanted }
                .map { AreaStatus($0, in: map, counts[$0.id]) }
        }
    }

    /// Adds or changes an area, with its history and event.
    func change(_ change: AreaChange) async throws -> AreaStatus {
        try await database.write { db in
            let id = try AreaEditor(db: db, atlas: self.map(in: db).atlas, store: self).apply(change)
            let map = try self.map(in: db)
            guard let area = map.area(id) else { throw Failure(.internal, "Area \(id) no longer exists.") }
            return AreaStatus(area, in: map, try AreaTable.counts(db)[id])
        }
    }

    /// The history of areas, newest first.
    func history(of name: String?, limit: Int) async throws -> [AreaHistoryEntry] {
        try await database.read { db in
            let area = try name.map { try AreaEditor.find($0, in: self.map(in: db), db).id }
            return try AreaTable.history(of: area, limit: limit, db)
        }
    }
}

extension AreaStatus {
    fileprivate init(_ area: Area, in map: AreaMap, _ counts: (networks: Int, models: Int)?) {
        self.init(
            id: area.id, path: map.path(of: area), parent: area.parent, functions: area.functions,
            regions: map.regions(of: area).map {
                Tie(region: $0.value.name, strength: $0.strength, isByHand: area.regions[$0.value.name] != nil)
            }, networks: counts?.networks ?? 0, models: counts?.models ?? 0, isRest: area.isRest, origin: area.origin)
    }
}
