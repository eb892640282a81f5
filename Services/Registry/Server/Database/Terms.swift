import GRDB
import Model

/// The dictionaries in the database; a term keeps its number forever.
enum Terms {
    /// The row of a word, added if it is new.
    static func row(of text: String, in kind: CodeDictionaries.Kind, _ db: Database) throws -> Int64 {
        let find = try db.cachedStatement(sql: "SELECT id FROM terms WHERE kind = ? AND text = ?")
        if let id = try Int64.fetchOne(find, arguments: [kind.rawValue, text]) { return id }
        let add = try db.cachedStatement(
            sql: """
                INSERT INTO terms (kind, number, text)
                VALUES (?1, (SELECT COALESCE(MAX(number), 0) + 1 FROM terms WHERE kind = ?1), ?2)
                """)
        try add.execute(arguments: [kind.rawValue, text])
        return db.lastInsertedRowID
    }

    /// The terms of one dictionary, or of all.
    static func all(of kind: CodeDictionaries.Kind? = nil, _ db: Database) throws -> [CodeDictionaries.Term] {
        let statement = try db.cachedStatement(
            sql: "SELECT kind, number, text FROM terms WHERE ?1 IS NULL OR kind = ?1 ORDER BY kind, number")
        return try Row.fetchAll(statement, arguments: [kind?.rawValue]).compactMap { row in
            CodeDictionaries.Kind(rawValue: row["kind"]).map {
                CodeDictionaries.Term(kind: $0, number: row["number"], text: row["text"])
            }
        }
    }

    /// The integer form of a code; adds words that are missing from the dictionaries.
    static func encode(_ code: ArtificialCode, _ db: Database) throws -> [UInt32] {
        let words: [(CodeDictionaries.Kind, [String])] = [
            (.names, [code.name]), (.areas, code.areas), (.functions, code.functions), (.categories, [code.category]),
            (.datasets, [code.dataset]), (.optimizers, [code.optimizer]), (.platforms, [code.platform]),
        ]
        let number = try db.cachedStatement(sql: "SELECT number FROM terms WHERE id = ?")
        // Only the words of this code, because the dictionary of names grows with every network.
        let terms = try words.flatMap { kind, texts in
            try texts.map { text in
                let id = try row(of: text, in: kind, db)
                return CodeDictionaries.Term(
                    kind: kind, number: try UInt32.fetchOne(number, arguments: [id]) ?? 0, text: text)
            }
        }
        return try CodeDictionaries(terms).encode(code)
    }
}
