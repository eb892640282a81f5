import Brain
import GRDB
import Model
import RegistryClient
import Storage

/// Changes areas within a transaction, and records their history and events.
struct AreaEditor {
    let db: Database
    let atlas: Atlas
    let store: BrainStore

    /// Applies a change.
    /// - Returns: Identity of the area; for a split, that of the new one.
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

    // MARK: Changes

    private func add(_ path: String, _ ties: AreaChange.Ties) throws -> Int {
        let ties = try checked(ties)
        let names = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(names.count), let name = names.last else {
            throw Failure(.invalidArgument, "'\(path.prefix(80))' is not a valid area name; use touch or vision.text.")
        }
        let parent = names.count == 2 ? try find(names[0]) : nil
        let map = try map()
        if let known = map.areas.first(where: { $0.parent == parent?.id && $0.name == name }) {
            guard Set(known.functions) == Set(ties.functions), known.regions == ties.regions else {
                throw Failure(.conflict, "There is already an area '\(path)'; change it with: gyrus areas tie \(path)")
            }
            return known.id
        }
        guard !ties.functions.isEmpty || !ties.regions.isEmpty else {
            throw Failure(.invalidArgument, "An area needs functions or regions; specify --function or --region.")
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
            throw Failure(
                .invalidArgument, "A split must say what moves to the new area; specify --function or --region.")
        }
        let (old, new) = (try path(area), AreaChange.Ties(functions: ties.functions, regions: ties.regions))
        try AreaTable.untie(area.id, functions: ties.functions, db)
        // Regions that the area's remaining functions still imply must not remain with it.
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

    /// Sub-areas whose functions all go with a split go with it, too.
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
            throw Failure(
                .invalidArgument, "A merge needs at least two areas: one to keep and others to merge into it.")
        }
        let found = try others.map(find).filter { $0.id != area.id }
        for other in found {
            guard other.id != area.parent else {
                throw Failure(
                    .invalidArgument,
                    "'\(other.name)' cannot be merged into its own sub-area '\(area.name)'; merge the other way around."
                )
            }
            let old = try path(other)
            try mergeParts(of: other, into: area)
            try AreaTable.merge(other.id, into: area.id, db)
            try note(area.id, "merged", ["with": old])
            try note(other.id, "merged", ["into": try path(area)])
        }
        return area.id
    }

    /// Sub-areas of an area that is merged away: under an area they stay, merged with those of the same name; a
    /// sub-area absorbs them.
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
}
