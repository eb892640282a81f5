import Foundation
import Model

/// Reads the tables that refer to regions.
struct AtlasReader {
    let files: AtlasFiles
    let regions: [Region]
    let byNumber: [String: Int]
    let byName: [String: Int]

    init(files: AtlasFiles, regions: [Region]) {
        self.files = files
        self.regions = regions
        byNumber = Dictionary(uniqueKeysWithValues: regions.enumerated().map { ("\($1.number)", $0) })
        byName = Dictionary(uniqueKeysWithValues: regions.enumerated().map { ($1.name, $0) })
    }

    // MARK: Functions

    private func function(_ row: Table.Row) throws -> String {
        let name = try row.name("function")
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let isPath = parts.allSatisfy { part in
            !part.isEmpty && part.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) || $0 == 95 }
        }
        guard isPath, parts.count <= 8 else {
            throw row.wrong(
                "function",
                "'\(name.prefix(80))' is not a path of 1 to 8 parts of lowercase letters, digits and '_', such as "
                    + "perception.vision.")
        }
        return BrainFunction.spelling(of: name)
    }

    /// Terms of the functions that have their own line.
    func terms() throws -> [String: [String]] {
        var terms: [String: [String]] = [:]
        for (name, text) in texts(of: AtlasFiles.functionNames) {
            let table = try Table(text, file: name, needed: ["function"])
            for row in table.rows {
                let words = row.text(table.has("terms") ? "terms" : "terms_used").lowercased()
                    .split(separator: "|").map(String.init)
                terms[try function(row), default: []] += words
            }
        }
        return terms
    }

    /// The functions with all functions that group them.
    func functions(_ named: Set<String>, terms: [String: [String]]) throws -> [BrainFunction] {
        var all = named
        for name in named {
            var next = BrainFunction.parent(of: name)
            while let parent = next {
                all.insert(parent)
                next = BrainFunction.parent(of: parent)
            }
        }
        guard all.count <= Atlas.mostFunctions else {
            throw Failure(
                .invalidArgument, "The atlas has \(all.count) functions; at most \(Atlas.mostFunctions) are allowed.")
        }
        return all.sorted().map { BrainFunction(name: $0, terms: terms[$0] ?? []) }
    }

    // MARK: Associations

    func associations() throws -> [String: [Int: Double]] {
        var strengths: [String: [Int: Double]] = [:]
        var count = 0
        let tables = texts(of: AtlasFiles.associationNames)
        guard !tables.isEmpty else {
            throw Failure(
                .invalidArgument,
                "roi_function.tsv: the file is missing; an atlas needs a table of what its regions do.")
        }
        for (name, text) in tables {
            let table = try Table(text, file: name, needed: ["roi_id", "function"])
            let strength = try Self.measure(of: table)
            for row in table.rows {
                let (region, function) = (try self.region(row, "roi_id", byNumber), try function(row))
                guard let strength = try strength(row) else { continue }
                strengths[function, default: [:]][region] = max(strength, strengths[function]?[region] ?? 0)
                count += 1
            }
        }
        guard count <= Atlas.mostPairs else {
            throw Failure(
                .invalidArgument, "The atlas has \(count) associations; at most \(Atlas.mostPairs) are allowed.")
        }
        return strengths
    }

    /// How a table gives strengths; see `AtlasFiles`.
    private static func measure(of table: Table) throws -> (Table.Row) throws -> Double? {
        if table.has("strength") {
            return { try $0.number("strength", in: 0...1).map(rounded) }
        }
        if table.has("z"), table.has("log_odds") {
            return { row in
                let (z, odds) = (try row.required("z", in: -1e6...1e6), try row.required("log_odds", in: -100...100))
                guard z > 1.645, odds > 0 else { return nil }
                return rounded(1 - exp(-odds * (1 - 1.645 / z)))
            }
        }
        if table.has("forward_likelihood_ratio") {
            return { row in
                guard let ratio = try row.number("forward_likelihood_ratio", in: 0...1e9), ratio > 1 else { return nil }
                return rounded(1 - 1 / ratio)
            }
        }
        throw Failure(
            .invalidArgument,
            "\(table.file):1: no column gives the strength of associations; add strength, or z and log_odds, or "
                + "forward_likelihood_ratio.")
    }

    // MARK: Co-activation

    func pairs() throws -> [(first: Int, second: Int, strength: Double)] {
        if let text = files.texts["coactivation.tsv"] { return try listedPairs(text) }
        if let text = files.texts["coactivation_phi.tsv"] { return try strongestPairs(text) }
        return []
    }

    private func listedPairs(_ text: String) throws -> [(first: Int, second: Int, strength: Double)] {
        let table = try Table(text, file: "coactivation.tsv", needed: ["roi_a", "roi_b", "phi"])
        let pairs = try table.rows.map { row in
            let first = try region(row, "roi_a", byNumber)
            let second = try region(row, "roi_b", byNumber)
            guard first != second else { throw row.wrong("roi_b", "a region cannot be its own partner.") }
            return (min(first, second), max(first, second), rounded(try row.required("phi", in: 0...1)))
        }
        guard pairs.count <= Atlas.mostPairs else {
            throw Failure(
                .invalidArgument,
                "coactivation.tsv:1: the table has \(pairs.count) pairs; at most \(Atlas.mostPairs) are allowed.")
        }
        return pairs
    }

    private func strongestPairs(_ text: String) throws -> [(first: Int, second: Int, strength: Double)] {
        let table = try Table(text, file: "coactivation_phi.tsv", needed: ["roi"])
        let columns = try table.titles.filter { $0 != "roi" }.map { title in
            guard let position = byName[title] else {
                throw Failure(
                    .invalidArgument, "\(table.file):1: column '\(title)': there is no such region in roi.tsv.")
            }
            return (title, position)
        }
        var kept: [SIMD2<Int>: Double] = [:]
        for row in table.rows {
            let region = try region(row, "roi", byName)
            let partners = try columns.map { ($0.1, try row.number($0.0, in: -1...1) ?? 0) }
                .filter { $0.0 != region && $0.1 >= Atlas.leastCoactivation }
                .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
            for (partner, strength) in partners.prefix(Atlas.keptPartners) {
                kept[SIMD2(min(region, partner), max(region, partner))] = rounded(strength)
            }
        }
        return kept.map { ($0.key.x, $0.key.y, $0.value) }
    }

    // MARK: Words

    /// Words for functions that the atlas has; a function that is missing is replaced by the one that it refines.
    func words(for functions: [BrainFunction]) throws -> [Atlas.Word] {
        let known = Set(functions.map(\.name))
        let own = files.texts["word.tsv"]
        let text = own ?? AtlasFiles.shipped.texts["word.tsv"] ?? ""
        let table = try Table(text, file: "word.tsv", needed: ["word", "functions"])
        return try table.rows.compactMap { row in
            let targets = row.text("functions").split(separator: "|").map { BrainFunction.spelling(of: String($0)) }
            if own != nil, let missing = targets.first(where: { !known.contains($0) }) {
                throw row.wrong("functions", "there is no function '\(missing)' in this atlas.")
            }
            let found = targets.compactMap { Self.closest(to: $0, among: known) }
            return found.isEmpty ? nil : Atlas.Word(text: try row.name("word").lowercased(), functions: found)
        }
    }

    private static func closest(to name: String, among known: Set<String>) -> String? {
        var next: String? = name
        while let candidate = next, !known.contains(candidate) { next = BrainFunction.parent(of: candidate) }
        return next
    }

    // MARK: Support

    private func texts(of names: [String]) -> [(String, String)] {
        names.compactMap { name in files.texts[name].map { (name, $0) } }
    }

    private func region(_ row: Table.Row, _ title: String, _ positions: [String: Int]) throws -> Int {
        guard let position = positions[row.text(title)] else {
            throw row.wrong(title, "there is no region '\(row.text(title).prefix(80))' in roi.tsv.")
        }
        return position
    }
}

/// Rounds to three digits, as in tables, so that an atlas that is written and read again is equal.
private func rounded(_ strength: Double) -> Double { (strength * 1000).rounded() / 1000 }
