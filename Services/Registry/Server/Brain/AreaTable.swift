import Brain
import Foundation
import GRDB
import Model
import RegistryClient

/// The rows of areas: plain table access without any policy.
enum AreaTable {
    /// Areas that were not merged into others, by identity.
    static func all(_ db: Database) throws -> [Area] {
        let functions = try Row.fetchAll(db, sql: "SELECT area, function FROM area_functions ORDER BY area, function")
        let functionsByArea = Dictionary(grouping: functions) { $0["area"] as Int }
        let regions = try Row.fetchAll(db, sql: "SELECT area, region, strength FROM area_regions")
        let regionsByArea = Dictionary(grouping: regions) { $0["area"] as Int }
        return try Row.fetchAll(db, sql: "SELECT * FROM areas WHERE merged IS NULL ORDER BY id").map { row in
            let id: Int = row["id"]
            return Area(
                id: id, name: row["name"], parent: row["parent"],
                functions: (functionsByArea[id] ?? []).map { $0["function"] },
                regions: Dictionary((regionsByArea[id] ?? []).map { ($0["region"], $0["strength"]) }) { $1 },
                isRest: row["rest"], origin: Area.Origin(rawValue: row["origin"]) ?? .user)
        }
    }

    static func insert(
        name: String, parent: Int?, isRest: Bool = false, origin: Area.Origin, _ db: Database
    ) throws -> Int {
        try db.execute(
            sql: "INSERT INTO areas (name, parent, rest, origin) VALUES (?, ?, ?, ?)",
            arguments: [name, parent, isRest, origin.rawValue])
        return Int(db.lastInsertedRowID)
    }

    static func rename(_ area: Int, to name: String, _ db: Database) throws {
        try db.execute(sql: "UPDATE areas SET name = ? WHERE id = ?", arguments: [name, area])
    }

    // MARK: Ties

    static func tie(_ area: Int, functions: [String], _ db: Database) throws {
        for function in functions {
            try db.execute(
                sql: "INSERT INTO area_functions (area, function) VALUES (?, ?) ON CONFLICT DO NOTHING",
                arguments: [area, function])
        }
    }

    static func untie(_ area: Int, functions: [String], _ db: Database) throws {
        for function in functions {
            try db.execute(
                sql: "DELETE FROM area_functions WHERE area = ? AND function = ?", arguments: [area, function])
        }
    }

    static func tie(_ area: Int, regions: [String: Double], _ db: Database) throws {
        for (region, strength) in regions {
            try db.execute(
                sql: """
                    INSERT INTO area_regions (area, region, strength) VALUES (?, ?, ?)
                    ON CONFLICT DO UPDATE SET strength = excluded.strength
                    """, arguments: [area, region, strength])
        }
    }

    static func untie(_ area: Int, regions: some Sequence<String>, _ db: Database) throws {
        for region in regions {
            try db.execute(sql: "DELETE FROM area_regions WHERE area = ? AND region = ?", arguments: [area, region])
        }
    }

    static func tie(_ area: Int, networks: [BlobDigest], _ db: Database) throws {
        for network in networks {
            guard
                try Int.fetchOne(db, sql: "SELECT 1 FROM networks WHERE id = ?", arguments: [network.hexadecimal]) == 1
            else {
                throw Failure(
                    .notFound, "There is no base network \(network). List the known ones with: gyrus networks")
            }
            try db.execute(
                sql: "INSERT INTO area_networks (area, network) VALUES (?, ?) ON CONFLICT DO NOTHING",
                arguments: [area, network.hexadecimal])
        }
    }

    static func untie(_ area: Int, networks: [BlobDigest], _ db: Database) throws {
        for network in networks {
            try db.execute(
                sql: "DELETE FROM area_networks WHERE area = ? AND network = ?",
                arguments: [area, network.hexadecimal])
        }
    }

    /// Lets another area also offer all networks of an area.
    static func shareNetworks(of area: Int, with other: Int, _ db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO area_networks (area, network) SELECT ?, network FROM area_networks WHERE area = ?
                ON CONFLICT DO NOTHING
                """, arguments: [other, area])
    }

    /// Moves all references from one area to another, and records where it went.
    static func merge(_ area: Int, into other: Int, _ db: Database) throws {
        try shareNetworks(of: area, with: other, db)
        try db.execute(
            sql: """
                INSERT INTO area_functions (area, function) SELECT ?, function FROM area_functions WHERE area = ?
                ON CONFLICT DO NOTHING
                """, arguments: [other, area])
        try db.execute(
            sql: """
                INSERT INTO area_regions (area, region, strength)
                SELECT ?, region, strength FROM area_regions WHERE area = ? AND strength > 0
                ON CONFLICT DO UPDATE SET strength = MAX(strength, excluded.strength)
                """, arguments: [other, area])
        for table in ["area_networks", "area_functions", "area_regions"] {
            try db.execute(sql: "DELETE FROM \(table) WHERE area = ?", arguments: [area])
        }
        try db.execute(sql: "UPDATE area_words SET area = ? WHERE area = ?", arguments: [other, area])
        try db.execute(sql: "UPDATE areas SET merged = ? WHERE id = ?", arguments: [other, area])
    }

    /// Makes an area part of another one, or a top-level area.
    static func move(_ area: Int, under parent: Int?, _ db: Database) throws {
        try db.execute(sql: "UPDATE areas SET parent = ? WHERE id = ?", arguments: [parent, area])
    }

    // MARK: Words

    /// Lets a dictionary word stand for an area. Networks registered under that word before belong to the area, unless
    /// the word stood for another one.
    static func name(_ area: Int, _ word: String, _ db: Database) throws {
        let term = try Terms.row(of: word, in: .areas, db)
        let known = try Int.fetchOne(db, sql: "SELECT area FROM area_words WHERE word = ?", arguments: [term])
        guard known != area else { return }
        try db.execute(
            sql: "INSERT INTO area_words (word, area) VALUES (?, ?) ON CONFLICT DO UPDATE SET area = excluded.area",
            arguments: [term, area])
        guard known == nil else { return }
        try db.execute(
            sql: """
                INSERT INTO area_networks (area, network) SELECT DISTINCT ?, network FROM network_terms
                WHERE kind = 'areas' AND term = ? ON CONFLICT DO NOTHING
                """, arguments: [area, term])
    }

    /// The area that a word stands for or stood for.
    static func area(named word: String, _ db: Database) throws -> Int? {
        try Int.fetchOne(
            db,
            sql: """
                SELECT area_words.area FROM area_words JOIN terms ON terms.id = area_words.word
                WHERE terms.kind = 'areas' AND terms.text = ?
                """, arguments: [word])
    }

    /// Ties a new network to the areas that its code names.
    static func adopt(_ network: BlobDigest, _ db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO area_networks (area, network)
                SELECT DISTINCT area_words.area, network_terms.network
                FROM network_terms JOIN area_words ON area_words.word = network_terms.term
                WHERE network_terms.network = ? AND network_terms.kind = 'areas'
                ON CONFLICT DO NOTHING
                """, arguments: [network.hexadecimal])
    }

    // MARK: Counts

    /// Numbers of networks and of their models, by area.
    static func counts(_ db: Database) throws -> [Int: (networks: Int, models: Int)] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT area, COUNT(*) AS networks,
                    SUM((SELECT COUNT(*) FROM models WHERE models.network = area_networks.network)) AS models
                FROM area_networks GROUP BY area
                """)
        return Dictionary(rows.map { ($0["area"], ($0["networks"], $0["models"] ?? 0)) }) { first, _ in first }
    }

    /// Names of the networks that each area offers.
    static func networkNames(_ db: Database) throws -> [Int: [String]] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT offers.area, terms.text FROM (
                    SELECT DISTINCT area_networks.area, networks.name
                    FROM area_networks JOIN networks INDEXED BY networks_with_names
                        ON networks.id = area_networks.network) AS offers
                    JOIN terms ON terms.id = offers.name
                """)
        return Dictionary(grouping: rows) { $0["area"] as Int }.mapValues { rows in rows.map { $0["text"] } }
    }

    // MARK: History

    static func note(
        _ area: Int, _ path: String, _ action: String, _ details: [String: String], time: Date, _ db: Database
    ) throws {
        let text = String(decoding: try JSONEncoder().encode(details), as: UTF8.self)
        try db.execute(
            sql: "INSERT INTO area_history (time, area, path, action, details) VALUES (?, ?, ?, ?, ?)",
            arguments: [time.microseconds, area, path, action, text])
    }

    static func history(of area: Int?, limit: Int, _ db: Database) throws -> [AreaHistoryEntry] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM area_history WHERE ?1 IS NULL OR area = ?1 ORDER BY number DESC LIMIT ?2",
            arguments: [area, limit]
        ).map { row in
            AreaHistoryEntry(
                number: row["number"], time: Date(microseconds: row["time"]), area: row["area"], path: row["path"],
                action: row["action"],
                details: try JSONDecoder().decode([String: String].self, from: Data((row["details"] as String).utf8)))
        }
    }
}
