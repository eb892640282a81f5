/// Typical names of answer columns.
enum AnswerNames {
    /// Names used almost only for answers.
    private static let strong: Set<String> = [
        "label", "labels", "class", "classes", "target", "targets", "y", "cls", "output", "outputs", "answer",
    ]
    private static let usual: Set<String> = [
        "outcome", "response", "result", "species", "variety", "diagnosis", "survived", "churn", "churned", "exited",
        "attrition", "sentiment", "emotion", "emotions", "activity", "intent", "fraud", "spam", "default", "medv", "dx",
        "polarity", "cultivar", "verdict", "prediction",
    ]
    private static let weak: Set<String> = [
        "quality", "price", "value", "score", "rating", "stars", "sales", "cost", "charges", "mpg", "strength", "rings",
        "salary", "feeling", "feelings", "mood", "breed", "subscribed", "approved", "purchased", "demand",
        "consumption",
        "yield", "genre", "genres",
    ]
    /// Words that say little within a longer name: `marital status`.
    private static let weakest: Set<String> = [
        "category", "categories", "kind", "type", "topic", "income", "status", "grade", "count", "cnt", "lang",
        "language",
        "digit", "letter", "tags", "tag",
    ]
    /// Names hardly ever used for answers.
    private static let unlikely: Set<String> = [
        "year", "month", "day", "week", "weekday", "hour", "minute", "date", "time", "timestamp", "sex", "gender",
        "index",
        "latitude", "longitude", "lat", "lon", "lng", "source",
    ]
    /// Names of quantities, even if these have few whole values.
    private static let amounts: Set<String> = [
        "quality", "price", "value", "score", "rating", "grade", "count", "cnt", "number", "age", "rings", "cost",
        "amount", "sales", "points", "stars", "charges", "duration", "length", "width", "height", "weight", "area",
        "distance", "temperature", "strength", "demand", "yield", "mpg", "cells", "rooms",
    ]

    /// How strongly a name suggests that a column is the answer: at most 8, 0 for a neutral name, negative if the name
    /// suggests that it is not.
    static func points(of name: String) -> Double {
        let words = words(of: name)
        guard let last = words.last, let first = words.first else { return 0 }
        let joined = words.joined()
        func points(_ word: String) -> Double {
            strong.contains(word)
                ? 8 : usual.contains(word) ? 6.5 : weak.contains(word) || weakest.contains(word) ? 5 : 0
        }
        let whole = points(joined)
        if whole > 0 { return whole }
        if unlikely.contains(joined) { return -2 }
        let numbered = String(last.reversed().drop { $0.isNumber }.reversed())
        if words.count == 1, numbered != last { return strong.contains(numbered) ? 6.5 : 0 }
        // Within a longer name, `y` and `class` mean something else: `top_y`, `class_size`.
        let asLast = last == "y" ? 0 : points(last)
        let asFirst = first == "target" || first == "label" || first == "output" ? points(first) : 0
        return max(0, max(asLast, asFirst) - (weakest.contains(last) && asFirst == 0 ? 3.5 : 1.5))
    }

    /// Whether a name suggests an answer, and one of classes rather than of a quantity.
    static func isStrong(_ name: String) -> Bool {
        ["label", "labels", "class", "classes", "cls", "category", "type", "kind"].contains(words(of: name).last ?? "")
    }

    /// Whether a name is that of a quantity.
    static func isAmount(_ name: String) -> Bool { words(of: name).last.map { amounts.contains($0) } ?? false }

    /// The part of the name that columns of one answer share: `y` of `y1`, `target` of `target_x`; nil for other names.
    static func stem(of name: String) -> String? {
        let words = words(of: name)
        guard let first = words.first, let last = words.last else { return nil }
        let bare = String(last.reversed().drop { $0.isNumber }.reversed())
        if words.count == 1, bare != last, strong.contains(bare) { return bare }
        if words.count == 2, strong.contains(first), bare.isEmpty { return first }
        return words.count > 1 && ["target", "label", "output"].contains(first) ? first : nil
    }

    /// The words of a name in lowercase; two for `SalePrice` and for `sale_price`.
    static func words(of name: String) -> [String] {
        var words: [String] = []
        // Text in parentheses is a unit: `score (1-100)`.
        let bare = name.prefix { $0 != "(" && $0 != "[" }
        for part in (bare.isEmpty ? name[...] : bare).split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
            var word = ""
            for character in part {
                if character.isUppercase, word.last?.isLowercase == true {
                    words.append(word.lowercased())
                    word = ""
                }
                word.append(character)
            }
            words.append(word.lowercased())
        }
        return words
    }
}
