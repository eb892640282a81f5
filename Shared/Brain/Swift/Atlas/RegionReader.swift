import Model

/// Reads `roi.tsv`.
enum RegionReader {
    static func regions(_ text: String) throws -> [Region] {
        let table = try Table(
            text, file: "roi.tsv", needed: ["roi_id", "name", "hemisphere", "mni_x", "mni_y", "mni_z"])
        var regions: [Region] = []
        var (numbers, names): (Set<Int>, Set<String>) = ([], [])
        for row in table.rows {
            let region = try region(row)
            guard numbers.insert(region.number).inserted else {
                throw row.wrong("roi_id", "region \(region.number) is listed twice.")
            }
            guard names.insert(region.name).inserted else {
                throw row.wrong("name", "region '\(region.name)' is listed twice.")
            }
            regions.append(region)
        }
        guard (1...Atlas.mostRegions).contains(regions.count) else {
            throw Failure(
                .invalidArgument,
                "roi.tsv:1: the table has \(regions.count) regions; 1 to \(Atlas.mostRegions) are allowed.")
        }
        return regions.sorted { $0.number < $1.number }
    }

    private static func region(_ row: Table.Row) throws -> Region {
        let number = try row.required("roi_id", in: 0...1_000_000)
        guard let exact = Int(exactly: number) else { throw row.wrong("roi_id", "expected a whole number.") }
        guard let hemisphere = Region.Hemisphere(inTable: row.text("hemisphere")) else {
            throw row.wrong(
                "hemisphere", "'\(row.text("hemisphere").prefix(80))' is not L, R, M (midline) or B (both).")
        }
        // The largest human brains are within 120 mm of the origin.
        let range = -150.0...150.0
        let position = Region.Position(
            x: try row.required("mni_x", in: range), y: try row.required("mni_y", in: range),
            z: try row.required("mni_z", in: range))
        return Region(
            number: exact, name: try row.name("name"), hemisphere: hemisphere, position: position,
            lobe: row.text("lobe"), gyrus: row.text("gyrus"), gyrusName: row.text("gyrus_name"),
            part: row.text("subregion"), partName: row.text("subregion_name"), network: row.text("yeo7_network"))
    }
}
