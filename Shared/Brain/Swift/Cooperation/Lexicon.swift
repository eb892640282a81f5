import Model

/// Finds the functions that words of everyday speech engage.
///
/// A phrase of several words takes precedence over its single words. The words are, in this order, those of the atlas's
/// `word.tsv`, the terms of the literature for its functions, and the last parts of the functions' names.
public struct Lexicon: Sendable {
    /// Words of a stimulus and the functions that they engage.
    public struct Match: Hashable, Sendable, Codable {
        /// The words as they were found.
        public let words: String
        /// Names of the functions.
        public let functions: [String]
    }

    /// Maximum number of words in a phrase that can be found.
    static let longestPhrase = 4
    /// Number of suggestions for an unknown word.
    static let suggestions = 3

    /// Words that engage nothing themselves.
    private static let silent = Set(
        """
        a an and are as at be by for from he her his i in into is it its me my of off on or our out over she some that the \
        their them then there these they this those through to under up was we were which while who with without you your \
        not no do does did what how when between during against near only other same different each every all any both \
        new old large small big little many few several various kind kinds type types real raw short long high low good bad \
        one two three four five data dataset sample samples example examples input inputs signal signals
        """.split(separator: " ").map(String.init))

    private let functions: [String: [String]]

    /// The lexicon of an atlas.
    public init(_ atlas: Atlas) {
        var functions: [String: [String]] = [:]
        for word in atlas.words { functions[word.text] = word.functions }
        let spoken = functions
        for function in atlas.functions {
            for term in function.terms where spoken[term] == nil && functions[term] == nil {
                functions[term] = [function.name]
            }
        }
        let known = functions
        for function in atlas.functions {
            let name = function.shortName.replacing("_", with: " ")
            if known[name] == nil { functions[name, default: []].append(function.name) }
        }
        self.functions = functions
    }

    /// All words and phrases, sorted.
    public var words: [String] { functions.keys.sorted() }

    /// The functions that a word or phrase engages; nil if it is unknown.
    public func functions(of phrase: String) -> [String]? {
        Self.forms(of: phrase).lazy.compactMap { functions[$0] }.first
    }

    /// What a stimulus such as `follow people in a video` engages, and its unknown words.
    public func matches(in stimulus: String) -> (matches: [Match], unknown: [String]) {
        let words = Self.split(stimulus)
        var matches: [Match] = [], unknown: [String] = []
        var rest = words[...]
        while let word = rest.first {
            if let (match, length) = longest(at: rest) {
                matches.append(match)
                rest = rest.dropFirst(length)
            } else {
                if !Self.silent.contains(word), Double(word) == nil { unknown.append(word) }
                rest = rest.dropFirst()
            }
        }
        return (matches, unknown)
    }

    /// The known words closest to another word.
    public func nearest(to word: String) -> [String] {
        let near = NearestName.several(word, among: functions.keys, most: Self.suggestions)
        guard near.isEmpty else { return near }
        return functions.keys.filter { $0.hasPrefix(word.prefix(2)) }.sorted().prefix(Self.suggestions).map { $0 }
    }

    private func longest(at words: ArraySlice<String>) -> (Match, Int)? {
        for length in stride(from: min(Self.longestPhrase, words.count), through: 1, by: -1) {
            let phrase = words.prefix(length).joined(separator: " ")
            if let found = functions(of: phrase) { return (Match(words: phrase, functions: found), length) }
        }
        return nil
    }

    /// The words of a text in lowercase.
    private static func split(_ text: String) -> [String] {
        text.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "-" || $0 == "'") }
            .map { String($0).trimmingDashes() }.filter { !$0.isEmpty }
    }

    /// A phrase and the forms that it may be an inflection of.
    private static func forms(of phrase: String) -> [String] {
        var forms = [phrase]
        for (ending, replacement) in endings where phrase.hasSuffix(ending) && phrase.count > ending.count + 2 {
            forms.append(phrase.dropLast(ending.count) + replacement)
        }
        return forms
    }

    private static let endings = [
        ("ies", "y"), ("'s", ""), ("es", ""), ("s", ""), ("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e"),
    ]
}

extension String {
    fileprivate func trimmingDashes() -> String {
        let isDash = { (character: Character) in character == "-" || character == "'" }
        let start = drop(while: isDash)
        return String(start.reversed().drop(while: isDash).reversed())
    }
}
