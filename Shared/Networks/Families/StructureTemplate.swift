import Foundation
import Model

/// A user's structure: layers whose numbers can be products of variables, so that they fit any input.
///
/// ```json
/// {"name": "TwoBlocks", "reads": ["picture"], "areas": ["vision"], "source": "our lab",
///  "layers": [
///    {"repeat": "2 * depth", "layers": [
///      {"kind": "convolution", "channels": "16 * width", "kernel": 3}, {"kind": "relu"},
///      {"kind": "maximum-pooling", "kernel": 2, "stride": 2}]},
///    {"kind": "global-average-pooling"},
///    {"kind": "linear", "features": "outputs"}]}
/// ```
/// A layer without `inputs` reads the previous layer, and the first layer reads the network's input. In `inputs`, the
/// name of the network's input is `input`.
public struct StructureTemplate: Hashable, Sendable {
    /// Maximum number of layers in a network, counting each repetition.
    static let mostLayers = 2_000
    /// Maximum length of the canonical JSON.
    static let mostCharacters = 16_000

    /// The family that searches choose from.
    public let family: StructureFamily
    /// The forms of input that its networks read, in file order.
    public let forms: [StructureFamily.Form]
    /// Its canonical JSON: keys sorted, no white space.
    public let canonicalJSON: String
    /// An example network for an input of typical size, or of the size given by `example`.
    public let example: NetworkDescription

    /// Reads a structure and tries it on an input of each form that it reads.
    /// - Throws: `Failure` with code `invalid-argument` that names the invalid field or layer.
    public init(json: String) throws {
        let wrong = "A structure"
        guard json.utf8.count <= Self.mostCharacters else {
            throw Failure(
                .invalidArgument,
                "\(wrong) has \(json.utf8.count) characters; at most \(Self.mostCharacters) are allowed.")
        }
        guard let object = try? JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any] else {
            throw Failure(.invalidArgument, "\(wrong) must be a mapping with name, reads and layers.")
        }
        let fields = try Fields(object, of: wrong)
        let name = try fields.text("name")
        guard name.wholeMatch(of: /[A-Za-z][A-Za-z0-9_.]{0,63}/) != nil else {
            throw Failure(
                .invalidArgument,
                "\(wrong) has the name '\(name.prefix(80))'; it must begin with a letter, followed by at most 63 "
                    + "letters, digits, '_' or '.'.")
        }
        guard StructureFamily.named(name) == nil else {
            throw Failure(.invalidArgument, "Gyrus already has a structure '\(name)'; give yours another name.")
        }
        forms = try fields.texts("reads").map { word in
            guard let form = StructureFamily.Form(rawValue: word), form != .features else {
                let known = StructureFamily.Form.allCases.filter { $0 != .features }.map(\.rawValue)
                throw Failure(
                    .invalidArgument,
                    "Structure '\(name)' reads the unknown form '\(word)'; known forms: "
                        + "\(known.joined(separator: ", "))."
                )
            }
            return form
        }
        guard let first = forms.first else {
            throw Failure(.invalidArgument, "Structure '\(name)' does not say what it 'reads'.")
        }
        try fields.refuse(except: ["name", "category", "reads", "areas", "functions", "source", "example", "layers"])
        let data = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
        canonicalJSON = String(decoding: data, as: UTF8.self)
        let layers = TemplateLayers(structure: name, layers: try fields.maps("layers"))
        let shape = try fields.numbers("example")
        let family = StructureFamily(
            name, category: try fields.text("category", default: name), Set(forms),
            areas: try fields.texts("areas", default: []),
            functions: try fields.texts("functions", default: ["classification", "regression"]),
            source: try fields.text("source", default: "a user"), build: layers.network)
        self.family = family
        example = try Self.example(of: family, reading: first, shape)
        for form in forms.dropFirst() where shape == nil { _ = try Self.example(of: family, reading: form, nil) }
    }

    private static func example(
        of family: StructureFamily, reading form: StructureFamily.Form, _ shape: [Int]?
    ) throws -> NetworkDescription {
        var input = form.usualInput
        input.shape = shape ?? input.shape
        guard StructureFamily.Form(input) == form else {
            throw Failure(.invalidArgument, "example: no \(form.rawValue) has the shape \(input.shape).")
        }
        return try family.network(input: "input", input, outputs: 3)
    }

    /// Whether two structures have the same text.
    public static func == (one: StructureTemplate, other: StructureTemplate) -> Bool {
        one.canonicalJSON == other.canonicalJSON
    }

    /// Hashes the text.
    public func hash(into hasher: inout Hasher) { hasher.combine(canonicalJSON) }
}

/// Fields of a mapping in a user's file.
private struct Fields {
    let object: [String: Any]
    let what: String

    init(_ object: [String: Any], of what: String) throws {
        self.object = object
        self.what = what
    }

    func text(_ key: String, default usual: String? = nil) throws -> String {
        if let value = object[key] as? String, !value.isEmpty { return value }
        guard let usual, object[key] == nil else { throw wrong(key, "text") }
        return usual
    }

    func texts(_ key: String, default usual: [String]? = nil) throws -> [String] {
        if let value = object[key] as? String { return [value] }
        if let values = object[key] as? [String] { return values }
        guard let usual, object[key] == nil else { throw wrong(key, "a list of texts") }
        return usual
    }

    func numbers(_ key: String) throws -> [Int]? {
        guard let value = object[key] else { return nil }
        guard let numbers = value as? [Int], numbers.allSatisfy({ $0 > 0 }) else {
            throw wrong(key, "the shape of an input, such as [3, 64, 64]")
        }
        return numbers
    }

    func maps(_ key: String) throws -> [[String: Any]] {
        guard let maps = object[key] as? [[String: Any]], !maps.isEmpty else { throw wrong(key, "a list of layers") }
        return maps
    }

    func refuse(except known: [String]) throws {
        guard let stranger = object.keys.filter({ !known.contains($0) }).min() else { return }
        throw Failure(
            .invalidArgument,
            "\(what) has the unknown field '\(stranger)'; known fields: \(known.joined(separator: ", ")).")
    }

    private func wrong(_ key: String, _ wanted: String) -> Failure {
        Failure(.invalidArgument, "\(what) needs '\(key)': \(wanted).")
    }
}
