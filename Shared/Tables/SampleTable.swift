import Foundation
public import Model

/// A user's samples: a folder, a table or arrays, with their inferred columns, answer and splits.
///
/// ```swift
/// let table = try SampleTable(settings: DataSettings(source: "skin/lesions.csv"))
/// try table.forEachRow { sample in
///     for modality in table.modalities { print(sample.cell(modality.columns[0]), sample.answer, sample.part) }
/// }
/// ```
///
/// Opening reads the data twice: once for the kinds of columns, once for answers and splits. Only the split of each row
/// is kept, so that tables of any length fit into memory.
public final class SampleTable {
    /// The user's settings; everything else was inferred.
    public let settings: DataSettings
    /// The form of the source, such as `table (CSV)`.
    public let form: String
    /// Finds the files that cells name.
    public let files: FileFinder
    /// All columns.
    public internal(set) var columns: [SampleColumn]
    /// The modalities, sorted by name.
    public internal(set) var modalities: [SampleModality]
    /// What is learned.
    public internal(set) var target: SampleTarget
    /// Number of samples in each split.
    public internal(set) var counts: DatasetRecipe.Counts
    /// Number of rows in the source, with and without a target.
    public let rowCount: Int
    /// Number of rows without a target, which are left out.
    public internal(set) var rowsWithoutTarget: Int
    /// The column whose equal values all stay in one split; nil if there is none.
    public internal(set) var group: Int?
    /// The name of this column, if it was inferred.
    public internal(set) var suggestedGroup: String?
    /// Notes for the user, including guesses.
    public internal(set) var notes: [String]

    let opened: OpenedSource
    let profiles: [ColumnProfile]
    var answers: AnswerReader
    /// Split of each row of the source; `left` if it is left out.
    var parts: [UInt8] = []
    static let left: UInt8 = 255

    /// Opens a source and examines all of it.
    /// - Throws: `Failure` that names the invalid file, row or column, and the key that changes it.
    public convenience init(settings: DataSettings) throws {
        try self.init(settings: settings, opened: SourceOpener(settings: settings).open())
    }

    init(settings: DataSettings, opened: OpenedSource) throws {
        self.settings = settings
        self.opened = opened
        form = opened.form
        files = FileFinder(settings.files ?? opened.folder)
        notes = opened.notes
        profiles = try Self.profiles(of: opened.rows)
        rowCount = profiles.first?.rows ?? 0
        guard rowCount > 0 else { throw Failure(.invalidArgument, "'\(settings.source)' has a header but no rows.") }
        guard rowCount >= SplitMaker.fewestSamples else { throw SplitMaker.tooFew(rowCount, "rows") }
        let columnFinder = ColumnFinder(settings: settings, opened: opened, profiles: profiles, files: files)
        columns = try columnFinder.columns()
        notes += columnFinder.notes(on: columns)
        let finding = try TargetFinder(columns: columns, profiles: columnFinder.profiles(of: columns), rows: rowCount)
            .find(settings.target, usual: opened.target)
        for column in finding.columns { columns[column].role = .target }
        answers = AnswerReader(Self.form(of: finding, columns))
        target = SampleTarget(
            columns: finding.columns, target: Target(finding.kind, names: []), counts: [], guess: finding.guess)
        (modalities, counts, rowsWithoutTarget, suggestedGroup) = ([], DatasetRecipe.Counts(), 0, nil)
        try assignRoles()
        try readAnswers(separator: finding.separator)
        modalities = try ModalityFinder(settings: settings, columns: columns).modalities(notes: &notes)
        notes += opened.rows.notes.filter { !notes.contains($0) }
    }

    /// Passes every sample in the order of the source.
    /// - Parameter parts: The splits to read.
    public func forEachRow(
        of wanted: Set<SamplePart> = Set(SamplePart.allCases), _ body: (SampleRow) throws -> Void
    ) throws {
        let sources = opened.rows.files
        var (index, place) = (0, 0)
        try opened.rows.forEachRow { row in
            defer { place += 1 }
            guard place < parts.count else {
                throw Failure(.conflict, "'\(settings.source)' has grown since it was examined; start again.")
            }
            guard let part = SamplePart(rawValue: parts[place]) else { return }
            defer { index += 1 }
            guard wanted.contains(part) else { return }
            guard let answer = answers.answer(row) else {
                throw Failure(.conflict, "'\(settings.source)' has changed since it was examined; start again.")
            }
            try body(
                SampleRow(
                    index: index, part: part, answer: answer, file: sources[row.file], number: row.number, row: row,
                    table: self))
        }
        guard place == parts.count else {
            throw Failure(.conflict, "'\(settings.source)' has shrunk since it was examined; start again.")
        }
    }

    /// The column with a given name.
    /// - Throws: `Failure` that lists the existing columns.
    public func column(_ name: String, key: String) throws -> Int {
        if let index = columns.firstIndex(where: { $0.name == name }) { return index }
        throw Failure.missingColumn(name, key, columns.map(\.name))
    }

    func place(of row: RawRow) -> String { opened.rows.place(opened.rows.files[row.file], row.number) }

    private static func profiles(of rows: any RowSource) throws -> [ColumnProfile] {
        var profiles = rows.names.map { ColumnProfile($0) }
        let files = rows.files
        try rows.forEachRow { row in
            let place = { rows.place(files[row.file], row.number) }
            if row.isText {
                for field in profiles.indices { profiles[field].add(row.text(field), place: place) }
            } else {
                for field in profiles.indices { profiles[field].add(row.cells[field], place: place) }
            }
        }
        return profiles
    }

    private static func form(of finding: TargetFinder.Finding, _ columns: [SampleColumn]) -> AnswerReader.Form {
        let fields = finding.columns.map { columns[$0].fields[0] }
        return switch finding.kind {
        case .classification: .classes(field: fields[0])
        case .multiLabel:
            fields.count > 1 ? .flags(fields: fields) : .labels(field: fields[0], separator: finding.separator)
        case .regression: .numbers(fields: fields, styles: finding.columns.map { columns[$0].style })
        }
    }
}
