import Foundation
import FoundationXML
import Model

/// The layers and edges of an intermediate representation, as written in the file.
final class OpenVINOGraph: NSObject {
    struct Layer {
        let id: String
        let name: String
        let kind: String
        /// Line in the file, from 1.
        let line: Int
        /// Settings, such as `offset` and `size` of a constant.
        var settings: [String: String] = [:]
        /// Sizes of inputs and outputs, port by port.
        var inputs: [[Int]] = []
        var outputs: [[Int]] = []
    }

    private(set) var name = ""
    private(set) var version = ""
    private(set) var layers: [Layer] = []
    /// For each layer, the layers that it reads.
    private(set) var sources: [String: [String]] = [:]
    private var path: [String] = []
    private var text = ""
    private var failure: Failure?
    private let file: String

    /// Maximum nesting of elements; real files have six levels.
    private static let deepest = 16

    /// Reads the text of a graph.
    /// - Throws: `Failure` with file and line.
    init(_ content: Data, file: String) throws {
        self.file = file
        super.init()
        let parser = XMLParser(data: content)
        parser.shouldResolveExternalEntities = false
        parser.delegate = self
        let isWhole = parser.parse()
        if let failure { throw failure }
        // The parser accepts a file that ends too early as complete.
        guard isWhole, path.isEmpty else {
            let reason = parser.parserError.map { ": \($0.localizedDescription)" } ?? ""
            throw Failure(.corrupt, "\(file):\(parser.lineNumber): this is not complete XML\(reason).")
        }
        guard !layers.isEmpty else { throw Failure(.invalidArgument, "'\(file)' has no OpenVINO layers.") }
    }
}

extension OpenVINOGraph: XMLParserDelegate {
    func parser(
        _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        path.append(element)
        text = ""
        guard path.count <= Self.deepest else {
            return stop(parser, "elements are nested more than \(Self.deepest) deep")
        }
        switch path {
        case ["net"]:
            name = attributes["name"] ?? ""
            version = attributes["version"] ?? ""
        case ["net", "layers", "layer"]:
            guard let id = attributes["id"], let name = attributes["name"], let kind = attributes["type"] else {
                return stop(parser, "a layer needs id, name and type")
            }
            layers.append(Layer(id: id, name: name, kind: kind, line: parser.lineNumber))
        case ["net", "layers", "layer", "data"]: layers[layers.count - 1].settings = attributes
        case ["net", "layers", "layer", "input", "port"]: layers[layers.count - 1].inputs.append([])
        case ["net", "layers", "layer", "output", "port"]: layers[layers.count - 1].outputs.append([])
        case _ where path.count > 3 && ["layers", "layer"].contains(element):
            stop(parser, "layer '\(layers[layers.count - 1].name)' contains a network, which cannot be checked")
        case ["net", "edges", "edge"]:
            guard let from = attributes["from-layer"], let to = attributes["to-layer"] else {
                return stop(parser, "an edge needs from-layer and to-layer")
            }
            sources[to, default: []].append(from)
        default: break
        }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        if path.last == "dim" { text += string }
    }

    func parser(
        _ parser: XMLParser, didEndElement element: String, namespaceURI: String?, qualifiedName: String?
    ) {
        if path.count == 6, path.last == "dim", let size = Int(text.filter { !$0.isWhitespace }) {
            let layer = layers.count - 1
            if path[3] == "input" {
                layers[layer].inputs[layers[layer].inputs.count - 1].append(size)
            } else {
                layers[layer].outputs[layers[layer].outputs.count - 1].append(size)
            }
        }
        path.removeLast()
    }

    private func stop(_ parser: XMLParser, _ what: String) {
        failure = Failure(.invalidArgument, "\(file):\(parser.lineNumber): \(what).")
        parser.abortParsing()
    }
}
