import Model

extension Atlas {
    /// Maximum number of partners that a region keeps from a matrix of all pairs.
    public static let keptPartners = 12
    /// Co-activation (phi) below which a pair of a matrix is not kept.
    public static let leastCoactivation = 0.1

    /// Reads and checks a whole atlas.
    /// - Throws: `Failure` with code `invalid-argument` that names file, line and column of the error.
    public init(_ files: AtlasFiles) throws {
        guard let text = files.texts["roi.tsv"] else {
            throw Failure(.invalidArgument, "roi.tsv: the file is missing; an atlas needs a table of its regions.")
        }
        let regions = try RegionReader.regions(text)
        let reader = AtlasReader(files: files, regions: regions)
        let (associations, terms) = (try reader.associations(), try reader.terms())
        let functions = try reader.functions(Set(associations.keys).union(terms.keys), terms: terms)
        let words = try reader.words(for: functions)
        self.init(
            regions: regions, functions: functions, words: words, sources: files.texts["SOURCES.md"] ?? "",
            associations: associations, pairs: try reader.pairs())
    }
}
