import Brain
import RegistryClient

extension AreaEditor {
    /// Adds the areas and sub-areas that follow from the atlas and do not exist yet.
    ///
    /// Existing areas keep their identity, name and ties, to keep users' changes; a function that already has an
    /// area gets no second one.
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
        // A sub-area that was renamed or merged is not restored.
        let stood = try AreaTable.area(named: "\(area.name).\(part.name)", db)
        guard !isTaken, stood == nil else { return }
        _ = try create(
            part.name, area, .init(functions: part.functions), isRest: part.isRest, origin: .atlas)
    }
}
