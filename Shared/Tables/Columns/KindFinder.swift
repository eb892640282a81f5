import Foundation
import Model

/// Infers the kinds of columns from their profiles.
struct KindFinder {
    /// A column with more different whole numbers than this holds amounts rather than classes.
    static let mostNumberClasses = 20
    /// Maximum average number of words in a category.
    private static let categoryWords = 3.0

    let rows: Int
    let files: FileFinder
    /// What parts the columns of a table of text.
    let separator: UInt8?

    /// The kind of a column.
    func kind(of profile: ColumnProfile) -> ColumnKind {
        if profile.present == 0 { return .empty }
        if profile.arrays > 0 { return kind(ofShape: profile.shape, areBytes: profile.areBytes) }
        if !profile.contents.isEmpty {
            let types = profile.contents.filter { $0.key != .text }
            return types.isEmpty ? .identifier : (types[.image] ?? 0) >= (types[.audio] ?? 0) ? .image : .audio
        }
        if profile.lists > 0 { return profile.labelLists > 0 ? .labels : .series }
        let values = profile.present
        let numeric = profile.numbers + profile.infinite
        if profile.texts == 0 || numeric > 0 && Double(numeric) >= 0.95 * Double(values) && profile.codes == 0 {
            return isRowNumber(profile) ? .identifier : .number
        }
        let isGappy = profile.texts == profile.styles.placeholders && numeric * 2 >= values
        if isGappy || profile.style(separator: separator) != nil { return .number }
        return kind(ofTexts: profile)
    }

    private func kind(ofShape shape: [Int]?, areBytes: Bool) -> ColumnKind {
        let shape = shape ?? []
        let isPicture =
            shape.count == 3 && (shape[2] <= 4 || shape[0] <= 4) && shape.allSatisfy { $0 > 0 }
            || shape.count == 2 && areBytes
        return isPicture ? .image : .series
    }

    private func isRowNumber(_ profile: ColumnProfile) -> Bool {
        guard profile.texts == 0, profile.missing == 0, profile.areWhole, rows > 2,
            profile.distinct.count >= rows - rows / 50
        else { return false }
        let name = profile.name.lowercased()
        let isNamed =
            ["id", "index", "idx", "", "nr", "no", "row", "number", "rowid", "uid"].contains(name)
            || name.hasSuffix("id") && (name.hasSuffix("_id") || name.hasSuffix(" id") || profile.name.hasSuffix("Id"))
            || name.hasPrefix("unnamed")
        return isNamed || profile.isSequence && rows >= 20
    }

    private func kind(ofTexts profile: ColumnProfile) -> ColumnKind {
        if let media = media(profile) { return media }
        if profile.dates.count * 20 >= profile.present * 19 { return .date }
        if profile.marks.lists == profile.texts { return .labels }
        let distinct = profile.distinct.count
        let words = 1 + Double(profile.blanks) / Double(max(1, profile.texts))
        let length = Double(profile.letters) / Double(max(1, profile.texts))
        let isRepeating = distinct <= max(20, rows / 20) || distinct * 2 <= profile.present
        if isRepeating && distinct <= DataLimits.outputs && words <= Self.categoryWords && length <= 64 {
            return .category
        }
        let isPlain = profile.plain * 20 >= profile.texts * 19
        let hasDigits = profile.digitTexts * 2 >= profile.texts
        if isPlain && length <= 80 && (hasDigits || distinct * 50 >= profile.present * 49) && distinct > 20 {
            return .identifier
        }
        if distinct * 2 > profile.present && words <= 2 && length <= 24 && hasDigits && distinct > 20 {
            return .identifier
        }
        // A few sentences that repeat are still text; short ones are categories.
        return distinct <= 20 && length <= 40 ? .category : .text
    }

    private func media(_ profile: ColumnProfile) -> ColumnKind? {
        guard let (type, count) = profile.paths.max(by: { $0.value < $1.value }), count * 10 >= profile.texts * 9 else {
            return nil
        }
        return switch type {
        case .image: .image
        case .audio: .audio
        // A text can happen to end like a file name; it is a path only if the files exist.
        case .text:
            profile.examples.contains { if case .file = files.find($0) { true } else { false } } ? .textFile : nil
        }
    }
}
