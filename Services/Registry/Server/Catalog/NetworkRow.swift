import Foundation
import GRDB
import Model
import Networks
import RegistryClient

/// A base network in the database.
enum NetworkRow {
    static func columns(description: String) -> String {
        """
        SELECT networks.id, names.text AS name, categories.text AS category, networks.parameters, networks.operations,
            \(description) AS description, networks.format, networks.key_layers, networks.created
        FROM networks JOIN terms AS names ON names.id = networks.name
            JOIN terms AS categories ON categories.id = networks.category
        """
    }

    static func insert(
        _ network: BaseNetwork, _ structure: NetworkStructure, id: BlobDigest, created: Int64, _ db: Database
    ) throws {
        try db.execute(
            sql: """
                INSERT INTO networks (id, name, category, parameters, operations, description, format, created)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                id.hexadecimal, try Terms.row(of: network.name, in: .names, db),
                try Terms.row(of: network.category, in: .categories, db), Int64(clamping: network.parameters),
                Int64(clamping: network.operations), network.description, network.format, created,
            ])
        let lists: [(CodeDictionaries.Kind, [String])] = [(.areas, network.areas), (.functions, network.functions)]
        for (kind, texts) in lists {
            for (position, text) in texts.enumerated() {
                try db.execute(
                    sql: "INSERT INTO network_terms (network, kind, position, term) VALUES (?, ?, ?, ?)",
                    arguments: [id.hexadecimal, kind.rawValue, position, try Terms.row(of: text, in: kind, db)])
            }
        }
        try AreaTable.adopt(id, db)
        try store(structure, of: id.hexadecimal, db)
    }

    /// Records the features found in the description of an existing network.
    static func store(_ structure: NetworkStructure, of id: String, _ db: Database) throws {
        let layers = String(decoding: try JSONEncoder().encode(structure.keyLayers), as: UTF8.self)
        try db.execute(sql: "UPDATE networks SET key_layers = ? WHERE id = ?", arguments: [layers, id])
        let add = try db.cachedStatement(
            sql: "INSERT INTO network_features (network, name, value) VALUES (?, ?, ?)")
        for (feature, value) in structure.features {
            try add.execute(arguments: [id, feature.rawValue, value])
        }
    }
}

extension BaseNetwork {
    init(row: Row, _ db: Database) throws {
        let id: String = row["id"]
        let terms = try db.cachedStatement(
            sql: """
                SELECT network_terms.kind, terms.text FROM network_terms JOIN terms ON terms.id = network_terms.term
                WHERE network = ? ORDER BY position
                """)
        let words = try Row.fetchAll(terms, arguments: [id])
        func texts(_ kind: CodeDictionaries.Kind) -> [String] {
            words.filter { ($0["kind"] as String) == kind.rawValue }.map { $0["text"] }
        }
        let features = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT name, value FROM network_features WHERE network = ?"), arguments: [id])
        self.init(
            id: try BlobDigest(id), name: row["name"], category: row["category"], areas: texts(.areas),
            functions: texts(.functions), parameters: UInt64(row["parameters"] as Int64),
            operations: UInt64(row["operations"] as Int64), description: row["description"], format: row["format"],
            features: Dictionary(features.map { ($0["name"], $0["value"]) }) { _, later in later },
            keyLayers: try JSONDecoder().decode([KeyLayer].self, from: Data((row["key_layers"] as String).utf8)),
            created: Date(microseconds: row["created"]))
    }
}
