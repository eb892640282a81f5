import GRDB
import Model
import Networks
import RegistryClient

/// A table that can be listed, with its filter fields and sort fields.
struct Catalog: Sendable {
    /// The text after `FROM`.
    let table: String
    /// The column that identifies an entry.
    let key: String
    let fields: [String: CatalogField]
    /// Sort expressions without NULL, by field name.
    let orders: [String: String]
    /// Fields whose names depend on the entries: the prefix before the dot, and the field for what follows it.
    var families: [String: @Sendable (String) -> CatalogField] = [:]

    static let networks = Catalog(
        table: "networks", key: "networks.id",
        fields: networkFields.merging([
            "id": CatalogField(.text, "networks.id"), "created": CatalogField(.time, "networks.created"),
            "format": CatalogField(.text, "networks.format"),
        ]) { own, _ in own },
        orders: [
            "parameters": "networks.parameters", "operations": "networks.operations", "created": "networks.created",
        ])

    static let models = Catalog(
        table: "models", key: "models.id",
        fields: networkFields.mapValues { $0.within("models.network IN (SELECT id FROM networks WHERE %)") }
            .merging(modelFields) { _, own in own },
        orders: [
            "accuracy": "COALESCE(models.accuracy, -1)", "created": "models.created", "bytes": "models.bytes",
            "series": "models.series", "version": "models.version",
        ],
        families: [
            "metrics": { name in
                CatalogField(
                    .number, "value",
                    within: "models.id IN (SELECT model FROM model_metrics WHERE name = '\(name)' AND %)")
            }
        ])

    static let datasets = Catalog(
        table: "datasets", key: "recipe",
        fields: [
            "recipe": CatalogField(.text, "recipe"), "name": CatalogField(.text, "name"),
            "blob": CatalogField(.text, "blob"), "bytes": CatalogField(.number, "bytes"),
            "classes": CatalogField(.number, "classes"), "created": CatalogField(.time, "created"),
        ], orders: ["name": "name", "bytes": "bytes", "classes": "classes", "created": "created"])

    // MARK: - Fields

    /// The field with a name, such as `accuracy` or `metrics.seconds`; nil if there is none.
    func field(_ name: String) -> CatalogField? {
        if let field = fields[name] { return field }
        let parts = name.split(separator: ".", maxSplits: 1)
        // The name becomes part of an SQL statement.
        guard parts.count == 2, parts[1].wholeMatch(of: /[A-Za-z0-9._-]+/) != nil else { return nil }
        return families[String(parts[0])]?(String(parts[1]))
    }

    /// The names of all fields.
    var fieldNames: [String] { fields.keys + families.keys.map { "\($0).NAME" } }

    /// Fields of a base network, and thus of every model of it.
    private static let networkFields: [String: CatalogField] = {
        var fields = [
            "name": CatalogField(.text, "text", within: term("networks.name", .names)),
            "category": CatalogField(.text, "text", within: term("networks.category", .categories)),
            "areas": CatalogField(.text, "text", within: area, isList: true), "functions": terms(.functions),
            "parameters": CatalogField(.number, "networks.parameters"),
            "operations": CatalogField(.number, "networks.operations"),
        ]
        for (name, column) in [("key-layers", "kind"), ("roles", "role")] {
            fields[name] = CatalogField(
                .text, "json_extract(value, '$.\(column)')",
                within: "EXISTS (SELECT 1 FROM json_each(networks.key_layers) WHERE %)", isList: true)
        }
        for feature in NetworkStructure.Feature.allCases {
            let isNumber = [.layers, .depth, .branches].contains(feature)
            fields[feature.rawValue] = CatalogField(
                isNumber ? .number : .text, isNumber ? "CAST(value AS REAL)" : "value",
                within: """
                    networks.id IN (SELECT network FROM network_features
                        WHERE name = '\(feature.rawValue)' AND %)
                    """)
        }
        return fields
    }()

    private static let modelFields = ownFields.merging(lineageFields) { own, _ in own }

    /// The texts of a lineage by their names, and by those of other versions.
    private static let lineageFields = Dictionary(
        uniqueKeysWithValues: PretrainedModel.Lineage().texts.flatMap { text in
            [text.name, text.alias].compactMap(\.self).map { ($0, CatalogField(.text, "models.\(text.name)")) }
        })

    private static let ownFields: [String: CatalogField] = [
        "id": CatalogField(.text, "models.id"), "network": CatalogField(.text, "models.network"),
        "platform": CatalogField(.text, "text", within: term("models.platform", .platforms)),
        "dataset": CatalogField(.text, "text", within: term("models.dataset", .datasets)),
        "optimizer": CatalogField(.text, "text", within: term("models.optimizer", .optimizers)),
        "size": CatalogField(.text, "models.size"), "accuracy": CatalogField(.number, "models.accuracy"),
        "series": CatalogField(.text, "models.series"), "version": CatalogField(.number, "models.version"),
        "stage": CatalogField(.text, "models.stage"),
        "stage-since": CatalogField(
            .time, "began", within: stageChange.replacing("%", with: "ended IS NULL AND %")),
        "stage-note": CatalogField(.text, "note", within: stageChange),
        "staged-by": CatalogField(.text, "person", within: stageChange),
        "bytes": CatalogField(.number, "models.bytes"),
        "created": CatalogField(.time, "models.created"),
        "format": CatalogField(.text, "format", within: file), "blob": CatalogField(.text, "blob", within: file),
        "code": CatalogField(.special(CodePattern.conditions)),
        "text": CatalogField(.special(containing)),
    ]

    /// Networks of an area and its parts, by current or former name; a word that stands for no area matches the
    /// networks whose codes name it.
    private static let area = """
        networks.id IN (
            WITH wanted AS (SELECT id FROM terms WHERE kind = 'areas' AND %)
            SELECT area_networks.network FROM wanted JOIN area_words ON area_words.word = wanted.id
                JOIN areas ON area_words.area IN (areas.id, areas.parent)
                JOIN area_networks ON area_networks.area = areas.id
            UNION ALL
            SELECT network_terms.network FROM wanted JOIN network_terms ON network_terms.term = wanted.id
            WHERE wanted.id NOT IN (SELECT word FROM area_words))
        """

    private static let stageChange = "models.id IN (SELECT model FROM stage_changes WHERE %)"

    private static let file = "models.id IN (SELECT model FROM model_files WHERE %)"

    private static func term(_ column: String, _ kind: CodeDictionaries.Kind) -> String {
        "\(column) IN (SELECT id FROM terms WHERE kind = '\(kind.rawValue)' AND %)"
    }

    private static func terms(_ kind: CodeDictionaries.Kind) -> CatalogField {
        CatalogField(
            .text, "text",
            within: """
                networks.id IN (SELECT network FROM network_terms JOIN terms ON terms.id = network_terms.term
                    WHERE network_terms.kind = '\(kind.rawValue)' AND %)
                """, isList: true)
    }

    /// Words that must occur in a model's searchable text.
    private static func containing(_ value: String) -> [Condition] {
        value.split { " ,".contains($0) }.map(String.init).map { word in
            let found = "models.id IN (SELECT model FROM model_words WHERE"
            // The index supports words of three or more characters.
            guard word.count >= 3 else {
                let escaped = word.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
                return Condition("\(found) words LIKE ? ESCAPE '\\')", ["%\(escaped)%"])
            }
            return Condition("\(found) words MATCH ?)", ["words: \"\(word.replacing("\"", with: "\"\""))\""])
        }
    }
}
