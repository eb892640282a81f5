import Brain
import GRDB
import Model
import RegistryClient
import Storage

// Shared helpers for changes of areas.
extension AreaEditor {
    func create(
        _ name: String, _ parent: Area?, _ ties: AreaChange.Ties, isRest: Bool = false, origin: Area.Origin
    ) throws -> Area {
        guard parent?.parent == nil else {
            throw Failure(.invalidArgument, "A sub-area cannot have parts; add the area next to it.")
        }
        try check(name, under: parent?.id)
        let id = try AreaTable.insert(name: name, parent: parent?.id, isRest: isRest, origin: origin, db)
        try AreaTable.tie(id, functions: ties.functions, db)
        try AreaTable.tie(id, regions: ties.regions, db)
        try AreaTable.tie(id, networks: ties.networks, db)
        let area = try area(id)
        try AreaTable.name(id, path(area), db)
        try note(id, "added", details(ties).merging(["origin": origin.rawValue]) { $1 })
        return area
    }

    /// Names an area and its parts in the dictionary.
    func nameAll(_ id: Int) throws {
        let map = try map()
        for area in map.areas where area.id == id || area.parent == id {
            try AreaTable.name(area.id, map.path(of: area), db)
        }
    }

    func check(_ name: String, under parent: Int?) throws {
        let isName = name.utf8.allSatisfy {
            (48...57).contains($0) || (97...122).contains($0) || "-_".utf8.contains($0)
        }
        guard (1...40).contains(name.utf8.count), isName else {
            throw Failure(
                .invalidArgument,
                "'\(name.prefix(80))' is not a valid area name; use 1 to 40 lowercase letters, digits, '-' and '_'."
            )
        }
        let isTaken = try map().areas.contains { $0.parent == parent && $0.name == name }
        guard !isTaken else {
            throw Failure(.conflict, "There is already an area '\(name)'; merge the two or choose another name.")
        }
    }

    /// The ties, with names as in the atlas.
    func checked(_ ties: AreaChange.Ties) throws -> AreaChange.Ties {
        var checked = AreaChange.Ties(networks: ties.networks)
        checked.functions = try ties.functions.map { try atlas.function(named: $0).name }
        for (name, strength) in ties.regions {
            guard (0...1).contains(strength) else {
                throw Failure(.invalidArgument, "Region '\(name)': the strength \(strength) is not between 0 and 1.")
            }
            checked.regions[try atlas.region(named: name).name] = strength
        }
        return checked
    }

    func details(_ ties: AreaChange.Ties) -> [String: String] {
        var details: [String: String] = [:]
        if !ties.functions.isEmpty { details["functions"] = ties.functions.joined(separator: " ") }
        if !ties.regions.isEmpty {
            details["regions"] = ties.regions.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                .joined(separator: " ")
        }
        if !ties.networks.isEmpty { details["networks"] = ties.networks.map(\.hexadecimal).joined(separator: " ") }
        return details
    }

    func note(_ id: Int, _ action: String, _ details: [String: String]) throws {
        let path = try Self.path(id, db)
        try AreaTable.note(id, path, action, details, time: store.now(), db)
        let kind = "area." + action.replacing(" ", with: "-")
        try store.events.append(
            kind: kind, subject: path, attributes: details.merging(["area": "\(id)"]) { $1 }, in: db)
    }

    func map() throws -> AreaMap { AreaMap(atlas, try AreaTable.all(db)) }

    func area(_ id: Int) throws -> Area {
        guard let area = try map().area(id) else { throw Failure(.internal, "Area \(id) no longer exists.") }
        return area
    }

    func path(_ area: Area) throws -> String { try Self.path(area.id, db) }

    /// The area with a current or former name.
    func find(_ name: String) throws -> Area { try Self.find(name, in: map(), db) }

    /// The area with a name or, if no area has it now, with a former name.
    static func find(_ name: String, in map: AreaMap, _ db: Database) throws -> Area {
        do {
            return try map.area(named: name)
        } catch let failure as Failure where failure.code == .notFound {
            guard let area = try AreaTable.area(named: name, db).flatMap({ map.area($0) }) else { throw failure }
            return area
        }
    }

    static func path(_ id: Int, _ db: Database) throws -> String {
        try String.fetchOne(
            db,
            sql: """
                SELECT CASE WHEN parents.name IS NULL THEN areas.name ELSE parents.name || '.' || areas.name END
                FROM areas LEFT JOIN areas AS parents ON parents.id = areas.parent WHERE areas.id = ?
                """, arguments: [id]) ?? ""
    }
}
