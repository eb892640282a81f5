import Brain
import GRDB
import Model
import RegistryClient
import Storage

/// Changes areas within a transaction, with their history and events.
struct AreaEditor {
    let db: Database
    let atlas: Atlas
    let store: BrainStore

    /// Does a change.
    /// - Returns: Identity of the area; of a split that of the new one.
    func apply(_ change: AreaChange) throws -> Int {
        switch change {
        case .add(let path, let ties): try add(path, ties)
        case .rename(let area, let name): try rename(find(area), to: name)
        case .split(let area, let name, let ties): try split(find(area), off: name, ties)
        case .merge(let area, let others): try merge(find(area), others)
        case .tie(let area, let ties): try tie(find(area), ties)
        case .untie(let area, let ties): try untie(find(area), ties)
        }
    }

    /// Adds the areas and sub-areas that follow from the atlas and are not there yet.
    ///
    /// What is there keeps identity, name and ties, so that changes made by people stay; a function that has an area
    /// already gets no second one.
    func compute() throws {
        for draft in AreaRule.areas(of: atlas) {
            let area = try computed(draft)
            for part in draft.parts { try compute(part, of: area) }
        }
    }

    private func computed(_ draft: AreaRule.Draft) throws -> Area {
        let map = try map()
        let known = map.tops.first { !Set($0.functions).isDisjoint(with: draft.functions) }
        if let known = try known ?? AreaTable.area(named: draft.name, db).flatMap({ map.area($0) }) {
            let used = Set(map.areas.flatMap(\.functions))
            try AreaTable.tie(known.id, functions: draft.functions.filter { !used.contains($0) }, db)
            return try area(known.id)
        }
        return try create(draft.name, nil, .init(functions: draft.functions), origin: .atlas)
    }

    private func compute(_ part: AreaRule.Part, of area: Area) throws {
        let map = try map()
        let parts = map.areas.filter { $0.parent != nil }
        let isTaken = parts.contains {
            part.isRest
                ? $0.isRest && $0.parent == area.id
                : !$0.isRest && !Set($0.functions).isDisjoint(with: part.functions)
        }
        // A sub-area that was renamed or merged away stays so.
        let stood = try AreaTable.area(named: "\(area.name).\(part.name)", db)
        guard !isTaken, stood == nil else { return }
        _ = try create(
            part.name, area, .init(functions: part.functions), isRest: part.isRest, origin: .atlas)
    }

    // MARK: Changes

    private func add(_ path: String, _ ties: AreaChange.Ties) throws -> Int {
        let ties = try checked(ties)
        let names = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(names.count), let name = names.last else {
            throw Failure(.invalidArgument, "'\(path.prefix(80))' is no name of an area, such as touch or vision.text.")
        }
        let parent = names.count == 2 ? try find(names[0]) : nil
        let map = try map()
        if let known = map.areas.first(where: { $0.parent == parent?.id && $0.name == name }) {
            guard Set(known.functions) == Set(ties.functions), known.regions == ties.regions else {
                throw Failure(.conflict, "There is an area '\(path)' already; change it with: gyrus areas tie \(path)")
            }
            return known.id
        }
        guard !ties.functions.isEmpty || !ties.regions.isEmpty else {
            throw Failure(.invalidArgument, "An area needs functions or regions; give --function or --region.")
        }
        return try create(name, parent, ties, origin: .user).id
    }

    private func rename(_ area: Area, to name: String) throws -> Int {
        guard area.name != name else { return area.id }
        try check(name, under: area.parent)
        let old = try path(area)
        try AreaTable.rename(area.id, to: name, db)
        try nameAll(area.id)
        try note(area.id, "renamed", ["from": old])
        return area.id
    }

    private func split(_ area: Area, off name: String, _ ties: AreaChange.Ties) throws -> Int {
        var ties = try checked(ties)
        let map = try map()
        let strengths = map.regions(of: area).map { ($0.value.name, $0.strength) }
        ties.regions.merge(strengths.filter { ties.regions[$0.0] != nil }) { $1 }
        let known = map.areas.first { $0.parent == area.parent && $0.name == name }
        if let known, Set(known.functions).isSuperset(of: ties.functions) { return known.id }
        guard !ties.functions.isEmpty || !ties.regions.isEmpty else {
            throw Failure(.invalidArgument, "A split needs what the new area gets; give --function or --region.")
        }
        let (old, new) = (try path(area), AreaChange.Ties(functions: ties.functions, regions: ties.regions))
        try AreaTable.untie(area.id, functions: ties.functions, db)
        // What the area's functions still give must not stay with it.
        try AreaTable.tie(area.id, regions: ties.regions.mapValues { _ in 0 }, db)
        let parent = try area.parent.map { try self.area($0) }
        let created = try create(name, parent, new, origin: .user)
        try moveParts(of: area, to: created, ties.functions)
        if ties.networks.isEmpty {
            try AreaTable.shareNetworks(of: area.id, with: created.id, db)
        } else {
            try AreaTable.untie(area.id, networks: ties.networks, db)
            try AreaTable.tie(created.id, networks: ties.networks, db)
        }
        try note(area.id, "split", ["off": try path(created), "functions": ties.functions.joined(separator: " ")])
        try note(created.id, "split off", ["from": old])
        return created.id
    }

    /// Sub-areas all of whose functions go with a split go with it, too.
    private func moveParts(of area: Area, to other: Area, _ functions: [String]) throws {
        for part in try map().parts(of: area) where !part.isRest && !part.functions.isEmpty {
            let goes = part.functions.allSatisfy { function in
                functions.contains { function == $0 || function.hasPrefix($0 + ".") }
            }
            guard goes else { continue }
            try AreaTable.move(part.id, under: other.id, db)
            try AreaTable.name(part.id, path(self.area(part.id)), db)
        }
    }

    private func merge(_ area: Area, _ others: [String]) throws -> Int {
        guard !others.isEmpty else {
            throw Failure(.invalidArgument, "A merge needs at least two areas: the one that stays, and others.")
        }
        let found = try others.map(find).filter { $0.id != area.id }
        for other in found {
            guard other.id != area.parent else {
                throw Failure(
                    .invalidArgument,
                    "'\(other.name)' cannot go into its own part '\(area.name)'; merge the other way round.")
            }
            let old = try path(other)
            try mergeParts(of: other, into: area)
            try AreaTable.merge(other.id, into: area.id, db)
            try note(area.id, "merged", ["with": old])
            try note(other.id, "merged", ["into": try path(area)])
        }
        return area.id
    }

    /// Sub-areas of an area that goes: under an area they stay, joined with those of the same name; into a sub-area they go.
    private func mergeParts(of other: Area, into area: Area) throws {
        for part in try map().parts(of: other) {
            let twin = try map().areas.first {
                $0.parent == area.id && ($0.name == part.name || $0.isRest && part.isRest)
            }
            if area.parent != nil {
                if part.id != area.id { try AreaTable.merge(part.id, into: area.id, db) }
            } else if let twin {
                try AreaTable.merge(part.id, into: twin.id, db)
            } else {
                try AreaTable.move(part.id, under: area.id, db)
                try AreaTable.name(part.id, path(self.area(part.id)), db)
            }
        }
    }

    private func tie(_ area: Area, _ ties: AreaChange.Ties) throws -> Int {
        let ties = try checked(ties)
        try AreaTable.tie(area.id, functions: ties.functions, db)
        try AreaTable.tie(area.id, regions: ties.regions, db)
        try AreaTable.tie(area.id, networks: ties.networks, db)
        try note(area.id, "tied", details(ties))
        return area.id
    }

    private func untie(_ area: Area, _ ties: AreaChange.Ties) throws -> Int {
        let ties = try checked(ties)
        try AreaTable.untie(area.id, functions: ties.functions, db)
        try AreaTable.untie(area.id, regions: ties.regions.keys, db)
        try AreaTable.untie(area.id, networks: ties.networks, db)
        try note(area.id, "untied", details(ties))
        return area.id
    }

    // MARK: Support

    private func create(
        _ name: String, _ parent: Area?, _ ties: AreaChange.Ties, isRest: Bool = false, origin: Area.Origin
    ) throws -> Area {
        guard parent?.parent == nil else {
            throw Failure(.invalidArgument, "A sub-area has no parts of its own; add the area beside it.")
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
    private func nameAll(_ id: Int) throws {
        let map = try map()
        for area in map.areas where area.id == id || area.parent == id {
            try AreaTable.name(area.id, map.path(of: area), db)
        }
    }

    private func check(_ name: String, under parent: Int?) throws {
        let isName = name.utf8.allSatisfy {
            (48...57).contains($0) || (97...122).contains($0) || "-_".utf8.contains($0)
        }
        guard (1...40).contains(name.utf8.count), isName else {
            throw Failure(
                .invalidArgument,
                "'\(name.prefix(80))' is no name of an area: 1 to 40 lower-case letters, digits, '-' and '_' are needed."
            )
        }
        let isTaken = try map().areas.contains { $0.parent == parent && $0.name == name }
        guard !isTaken else {
            throw Failure(.conflict, "There is an area '\(name)' already; merge them or take another name.")
        }
    }

    /// The ties with names as the atlas has them.
    private func checked(_ ties: AreaChange.Ties) throws -> AreaChange.Ties {
        var checked = AreaChange.Ties(networks: ties.networks)
        checked.functions = try ties.functions.map { try atlas.function(named: $0).name }
        for (name, strength) in ties.regions {
            guard (0...1).contains(strength) else {
                throw Failure(.invalidArgument, "Region '\(name)': the strength \(strength) is not from 0 to 1.")
            }
            checked.regions[try atlas.region(named: name).name] = strength
        }
        return checked
    }

    private func details(_ ties: AreaChange.Ties) -> [String: String] {
        var details: [String: String] = [:]
        if !ties.functions.isEmpty { details["functions"] = ties.functions.joined(separator: " ") }
        if !ties.regions.isEmpty {
            details["regions"] = ties.regions.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                .joined(separator: " ")
        }
        if !ties.networks.isEmpty { details["networks"] = ties.networks.map(\.hexadecimal).joined(separator: " ") }
        return details
    }

    private func note(_ id: Int, _ action: String, _ details: [String: String]) throws {
        let path = try Self.path(id, db)
        try AreaTable.note(id, path, action, details, time: store.now(), db)
        let kind = "area." + action.replacing(" ", with: "-")
        try store.events.append(
            kind: kind, subject: path, attributes: details.merging(["area": "\(id)"]) { $1 }, in: db)
    }

    private func map() throws -> AreaMap { AreaMap(atlas, try AreaTable.all(db)) }

    private func area(_ id: Int) throws -> Area {
        guard let area = try map().area(id) else { throw Failure(.internal, "Area \(id) is gone.") }
        return area
    }

    private func path(_ area: Area) throws -> String { try Self.path(area.id, db) }

    /// The area of a name or a former name.
    private func find(_ name: String) throws -> Area { try Self.find(name, in: map(), db) }

    /// The area of a name or, where no area has it now, of a former name.
    static func find(_ name: String, in map: AreaMap, _ db: Database) throws -> Area {
        do {
            return try map.area(named: name)
        } catch let failure as Failure where failure.code == .notFound {
            guard let area = try AreaTable.area(named: name, db).flatMap({ map.area($0) }) else { throw failure }
            return area
        }
    }

    private static func path(_ id: Int, _ db: Database) throws -> String {
        try String.fetchOne(
            db,
            sql: """
                SELECT CASE WHEN parents.name IS NULL THEN areas.name ELSE parents.name || '.' || areas.name END
                FROM areas LEFT JOIN areas AS parents ON parents.id = areas.parent WHERE areas.id = ?
                """, arguments: [id]) ?? ""
    }
}
