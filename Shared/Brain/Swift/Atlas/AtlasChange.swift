/// Differences between two atlases, or between what follows from them, for one kind of thing.
public struct AtlasChange: Hashable, Sendable, Codable {
    /// Maximum number of names to list of each.
    public static let mostNames = 100

    /// The kind of thing, such as `regions`.
    public let what: String
    /// How many there are now.
    public let count: Int
    /// Names of new things.
    public let added: [String]
    /// Names of removed things.
    public let removed: [String]
    /// Names of things with changed values.
    public let changed: [String]
    /// Total number of new, removed and changed names, listed or not.
    public let totals: [Int]

    /// Takes all names; only the first ones are listed.
    public init(
        what: String, count: Int, added: [String], removed: [String], changed: [String], totals: [Int]? = nil
    ) {
        self.what = what
        self.count = count
        self.totals = totals ?? [added.count, removed.count, changed.count]
        self.added = Array(added.prefix(Self.mostNames))
        self.removed = Array(removed.prefix(Self.mostNames))
        self.changed = Array(changed.prefix(Self.mostNames))
    }

    /// The differences between things, by name.
    public init<Value: Equatable>(_ what: String, from old: [String: Value], to new: [String: Value]) {
        self.init(
            what: what, count: new.count, added: new.keys.filter { old[$0] == nil }.sorted(),
            removed: old.keys.filter { new[$0] == nil }.sorted(),
            changed: new.keys.filter { old[$0] != nil && old[$0] != new[$0] }.sorted())
    }

    /// Whether anything differs.
    public var isEmpty: Bool { totals.allSatisfy { $0 == 0 } }
}

extension Atlas {
    /// The differences from an older atlas.
    public func changes(from old: Atlas) -> [AtlasChange] {
        [
            AtlasChange("regions", from: old.regionsByName, to: regionsByName),
            AtlasChange("functions", from: old.functionsByName, to: functionsByName),
            AtlasChange("associations", from: old.associationsByName, to: associationsByName),
            AtlasChange("co-activations", from: old.pairsByName, to: pairsByName),
            AtlasChange("words", from: old.wordsByName, to: wordsByName),
        ]
    }

    private var regionsByName: [String: Region] { Dictionary(uniqueKeysWithValues: regions.map { ($0.name, $0) }) }

    private var functionsByName: [String: BrainFunction] {
        Dictionary(uniqueKeysWithValues: functions.map { ($0.name, $0) })
    }

    private var associationsByName: [String: Double] {
        let named = associations.flatMap { function, ties in
            ties.map { ("\(regions[$0.key].name) \(function)", $0.value) }
        }
        return Dictionary(uniqueKeysWithValues: named)
    }

    private var pairsByName: [String: Double] {
        let named = partners.enumerated().flatMap { first, partners in
            partners.filter { $0.key > first }.map { ("\(regions[first].name) \(regions[$0.key].name)", $0.value) }
        }
        return Dictionary(uniqueKeysWithValues: named)
    }

    private var wordsByName: [String: [String]] {
        Dictionary(words.map { ($0.text, $0.functions) }) { first, _ in first }
    }
}
