import ArgumentParser
import Brain
import Presentation
import RegistryClient

/// Lists functions of the brain.
struct Functions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List brain functions, those of a region, or the words that refer to them.",
        discussion: """
              gyrus functions
              gyrus functions --region FuG_L_3_3
              gyrus functions --words
            """)

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions

    @Option(help: "Show only functions associated with this region, strongest first.") var region: String?
    @Flag(help: "List the words that stimuli can use, with the functions that they engage.") var words = false

    func run() async throws {
        let atlas = try await Services(gyrus.project).registry().atlas()
        if words {
            let lexicon = Lexicon(atlas)
            return try list.render(
                lexicon.words.map { WordRow(name: $0, functions: lexicon.functions(of: $0) ?? []) })
        }
        if let region {
            let found = atlas.functions(of: try atlas.region(named: region))
            return try list.render(found.map { FunctionRow($0.value, in: atlas, strength: $0.strength) })
        }
        try list.render(atlas.functions.map { FunctionRow($0, in: atlas) })
    }
}

/// A row of the list of functions.
struct FunctionRow: Listable {
    let name: String
    let parent: String?
    let terms: [String]
    let regions: Int
    let strength: Double?

    init(_ function: BrainFunction, in atlas: Atlas, strength: Double? = nil) {
        name = function.name
        parent = function.parent
        terms = function.terms
        regions = atlas.regions(of: function.name).count
        self.strength = strength
    }

    static let columns = ["FUNCTION", "REGIONS", "STRENGTH", "TERMS"]
    var row: [String] {
        [name, "\(regions)", strength.map { Figures.fixed($0, 3) } ?? "–", terms.joined(separator: ", ")]
    }
}

/// A word with the functions that it engages.
struct WordRow: Listable {
    let name: String
    let functions: [String]

    static let columns = ["WORD", "FUNCTIONS"]
    var row: [String] { [name, functions.joined(separator: ", ")] }
}
