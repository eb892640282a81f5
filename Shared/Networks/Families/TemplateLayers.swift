import Foundation
import Model

/// The layers of a user's structure, which become the layers of a network once the input is known.
struct TemplateLayers: Sendable {
    /// The input's name in `inputs`.
    private static let input = "input"
    /// Maximum number of repetitions of layers.
    private static let mostRepeats = 1_000

    private let structure: String
    /// JSON, because a tree of arbitrary values is not `Sendable`.
    private let text: String

    init(structure: String, layers: [[String: Any]]) {
        self.structure = structure
        let data = try? JSONSerialization.data(withJSONObject: layers, options: [.sortedKeys])
        text = String(decoding: data ?? Data(), as: UTF8.self)
    }

    /// The network for an input.
    /// - Throws: `Failure` with code `invalid-argument` that names the layer.
    func network(for request: StructureFamily.Request) throws -> NetworkDescription {
        let layers = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]] ?? []
        var writer = Writer(structure: structure, request: request)
        try writer.add(layers, names: [:])
        let object: [String: Any] = [
            "name": request.name, "inputs": [["name": request.input, "shape": request.shape] as [String: Any]],
            "layers": writer.layers,
        ]
        let json = try JSONSerialization.data(withJSONObject: object)
        let network = try NetworkDescription(json: String(decoding: json, as: UTF8.self))
        guard case .linear? = network.layers.last?.operation, try network.outputShape == [request.outputs] else {
            throw Failure(
                .invalidArgument,
                "Structure '\(structure)' ends with shape \(try network.outputShape); its last layer must be "
                    + "{kind: linear, features: outputs}, applied to a vector.")
        }
        return network
    }

    /// Writes a sequence of layers.
    private struct Writer {
        let structure: String
        let request: StructureFamily.Request
        private(set) var layers: [[String: Any]] = []
        private var last: String
        private let variables: TemplateVariables

        init(structure: String, request: StructureFamily.Request) {
            self.structure = structure
            self.request = request
            last = request.input
            variables = TemplateVariables(request)
        }

        /// - Parameter names: The new names of layers outside of this sequence.
        /// - Returns: The new names of all layers.
        @discardableResult
        mutating func add(_ template: [[String: Any]], names: [String: String]) throws -> [String: String] {
            var names = names
            for layer in template {
                if let count = layer["repeat"] {
                    names = try repeated(layer, count, names)
                } else {
                    try add(layer, &names)
                }
            }
            return names
        }

        private mutating func repeated(
            _ layer: [String: Any], _ count: Any, _ names: [String: String]
        ) throws -> [String: String] {
            guard let inner = layer["layers"] as? [[String: Any]], !inner.isEmpty, layer.count == 2,
                let times = try variables.value(of: count) as? Int, (1...TemplateLayers.mostRepeats).contains(times)
            else {
                throw fault(
                    "has 'repeat: \(count)'; it must be from 1 to \(mostRepeats), with no other field than 'layers'")
            }
            // A name refers to the latest layer with this name, so that blocks can read the blocks before them.
            var names = names
            for _ in 0..<times { names = try add(inner, names: names) }
            return names
        }

        private mutating func add(_ layer: [String: Any], _ names: inout [String: String]) throws {
            guard layers.count < StructureTemplate.mostLayers else {
                throw fault("has more than \(StructureTemplate.mostLayers) layers")
            }
            guard let kind = layer["kind"] as? String else { throw fault("has a layer without a 'kind'") }
            let word = layer["name"] as? String ?? kind.filter(\.isLetter)
            let name = "\(word)\(layers.count + 1)"
            var written: [String: Any] = [:]
            for (key, value) in layer where !["name", "kind", "inputs"].contains(key) {
                written[key] = try variables.value(of: value)
            }
            let inputs = (layer["inputs"] as? String).map { [$0] } ?? layer["inputs"] as? [String]
            if layer["inputs"] != nil, inputs == nil { throw fault("has a layer '\(word)' whose inputs are not names") }
            written["name"] = name
            written["kind"] = kind
            written["inputs"] = try (inputs ?? []).map { input in
                if input == TemplateLayers.input { return request.input }
                guard let known = names[input] else {
                    throw fault("has a layer '\(word)' that reads '\(input)', which is not a layer before it")
                }
                return known
            }
            if inputs == nil { written["inputs"] = [last] }
            layers.append(written)
            if layer["name"] != nil { names[word] = name }
            last = name
        }

        private func fault(_ what: String) -> Failure { Failure(.invalidArgument, "Structure '\(structure)' \(what).") }
    }
}

/// The variables that numbers in a user's structure can use.
struct TemplateVariables {
    private let values: [String: Double]
    private let categories: [Int]

    init(_ request: StructureFamily.Request) {
        var values = ["width": request.width, "depth": request.depth, "outputs": Double(request.outputs)]
        for (name, size) in StructureFamily.Form(request.signature)?.sizes(of: request.signature) ?? [:] {
            values[name] = Double(size)
        }
        self.values = values
        categories = request.signature.categories ?? []
    }

    /// A value with its products evaluated. A product is rounded to a whole number and is at least 1.
    func value(of value: Any) throws -> Any {
        switch value {
        case let list as [Any]: return try list.map { try self.value(of: $0) }
        case let map as [String: Any]: return try map.mapValues { try self.value(of: $0) }
        case let text as String: return text == "categories" ? categories : try product(text) ?? text
        default: return value
        }
    }

    /// - Returns: Nil for text that is not a product.
    private func product(_ text: String) throws -> Any? {
        let words = text.split(omittingEmptySubsequences: false) { "*/".contains($0) }.map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        let isWord = words.count == 1 && Double(words[0]) == nil
        if isWord, values[words[0]] == nil { return nil }
        var result = 1.0
        let signs = ["*"] + text.filter { "*/".contains($0) }.map(String.init)
        for (sign, word) in zip(signs, words) {
            guard let factor = Double(word) ?? values[word] else {
                throw Failure(
                    .invalidArgument,
                    "'\(text)' has '\(word)', which is neither a number nor one of "
                        + "\(values.keys.sorted().joined(separator: ", "))."
                )
            }
            result = sign == "*" ? result * factor : result / factor
        }
        guard result.isFinite, result < 1e9 else {
            throw Failure(.invalidArgument, "'\(text)' is \(result), which is not a valid layer size.")
        }
        return max(1, Int(result.rounded()))
    }
}
