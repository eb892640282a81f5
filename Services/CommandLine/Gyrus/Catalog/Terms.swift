import ArgumentParser
import Model
import RegistryClient

/// Lists the dictionaries of artificial codes.
struct Terms: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the terms of artificial codes and their numbers.",
        discussion: "  gyrus terms areas")

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions

    @Argument(
        help:
            "Dictionary: names, areas, functions, categories, datasets, optimizers, platforms or detectors (default: all)."
    )
    var dictionary: String?

    func run() async throws {
        let kind: CodeDictionaries.Kind? = try dictionary.map { try choice($0, of: "dictionary") }
        let terms = try await Services(gyrus.project).registry().terms(of: kind)
        try list.render(terms.map(TermRow.init))
    }
}

/// A row of a dictionary.
struct TermRow: Listable {
    let dictionary, text: String
    let number: UInt32

    init(_ term: CodeDictionaries.Term) {
        dictionary = term.kind.rawValue
        text = term.text
        number = term.number
    }

    static let columns = ["DICTIONARY", "NUMBER", "TERM"]

    var name: String { text }
    var row: [String] { [dictionary, "\(number)", text] }
}
