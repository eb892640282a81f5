import CBrainAtlas

extension AtlasFiles {
    /// The atlas that ships with Gyrus.
    public static let shipped = AtlasFiles(
        Dictionary(
            uniqueKeysWithValues: UnsafeBufferPointer(start: gyrus_atlas_files(), count: gyrus_atlas_file_count()).map {
                let bytes = UnsafeBufferPointer(start: $0.bytes, count: $0.count)
                return (String(cString: $0.name), String(decoding: bytes, as: UTF8.self))
            }))
}

extension Atlas {
    /// The atlas that ships with Gyrus; its files name its sources.
    public static let shipped: Atlas = {
        do {
            return try Atlas(.shipped)
        } catch {
            // It is built into this program.
            preconditionFailure("cannot read the shipped atlas: \(error)")
        }
    }()

    /// The atlas in its compact form.
    public var files: AtlasFiles {
        var texts = [
            "roi.tsv": regionTable, "function.tsv": functionTable, "roi_function.tsv": associationTable,
            "coactivation.tsv": coactivationTable, "word.tsv": wordTable,
        ]
        if !sources.isEmpty { texts["SOURCES.md"] = sources }
        return AtlasFiles(texts)
    }

    private var regionTable: String {
        Self.table(
            "roi_id name hemisphere lobe gyrus gyrus_name subregion subregion_name mni_x mni_y mni_z yeo7_network",
            regions.map { region in
                let place = region.position
                return [
                    "\(region.number)", region.name, region.hemisphere.rawValue, region.lobe, region.gyrus,
                    region.gyrusName, region.part, region.partName, Self.text(place.x), Self.text(place.y),
                    Self.text(place.z), region.network,
                ]
            })
    }

    private var functionTable: String {
        Self.table("function terms", functions.map { [$0.name, $0.terms.joined(separator: "|")] })
    }

    private var associationTable: String {
        let rows = associations.flatMap { function, ties in ties.map { ($0.key, function, $0.value) } }
        return Self.table(
            "roi_id function strength",
            rows.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map { ["\(regions[$0.0].number)", $0.1, Self.text($0.2)] })
    }

    private var coactivationTable: String {
        let rows = partners.enumerated().flatMap { first, partners in
            partners.filter { $0.key > first }.sorted { $0.key < $1.key }.map { (first, $0.key, $0.value) }
        }
        return Self.table(
            "roi_a roi_b phi",
            rows.map { ["\(regions[$0.0].number)", "\(regions[$0.1].number)", Self.text($0.2)] })
    }

    private var wordTable: String {
        Self.table("word functions", words.map { [$0.text, $0.functions.joined(separator: "|")] })
    }

    private static func table(_ titles: String, _ rows: [[String]]) -> String {
        ([titles.replacing(" ", with: "\t")] + rows.map { $0.joined(separator: "\t") })
            .map { $0 + "\n" }.joined()
    }

    private static func text(_ number: Double) -> String {
        number == number.rounded() ? "\(Int(number))" : "\(number)"
    }
}
