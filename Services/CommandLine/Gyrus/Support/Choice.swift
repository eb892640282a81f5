import ArgumentParser
import Model

/// The value with a name.
/// - Parameter what: What the value is, such as `format`.
/// - Throws: A usage error that lists the names.
func choice<Choice: CaseIterable & RawRepresentable>(
    _ word: String, of what: String
) throws -> Choice where Choice.RawValue == String {
    if let value = Choice(rawValue: word) { return value }
    let known = Choice.allCases.map(\.rawValue)
    throw ValidationError(
        "there is no \(what) '\(word)'; use one of \(known.joined(separator: ", "))."
            + NearestName.question(word, among: known))
}
