import Foundation
import Inspection
import Model
import Networks
import TestSupport
import Testing

/// Networks whose structure and weights are two files: Darknet's and OpenVINO's.
@Suite(.timeLimit(.minutes(5)))
struct TwoFileTests {
    private let directory: TemporaryDirectory
    private let process: InspectionProcess

    init() throws {
        directory = try TemporaryDirectory()
        process = InspectionProcess(program: try ChildProcess.executable("gyrus-inspector"))
    }

    private func refusal(_ file: URL) async throws -> Failure {
        let failure = await #expect(throws: Failure.self) { try await process.inspect(InspectionRequest(file: file)) }
        return try #require(failure)
    }

    private func bytes(_ numbers: [Float]) -> [UInt8] { numbers.flatMap { withUnsafeBytes(of: $0) { Array($0) } } }

    // MARK: - Darknet

    private static let structure = """
        [net]
        width=8
        height = 8
        channels=3
        # two ways that meet
        [convolutional]
        batch_normalize=1
        filters=4
        size=3
        stride=2
        pad=1
        activation=leaky

        [convolutional]
        filters=4
        groups=2
        activation=linear
        [shortcut]
        from=-2
        [route]
        layers=-1, 0
        [maxpool]
        size=2
        stride=2
        [yolo]
        classes=1
        """
    /// 4 filters of 3×3×3 with 4 numbers each of their normalization, and 4 of 1×1×2 with their bias.
    private static let count = 4 * (27 + 4) + 4 * (2 + 1)

    private func darknet(_ structure: String = structure, weights: [Float]) throws -> URL {
        _ = try directory.write(Array(structure.utf8), as: "n.cfg")
        let head: [UInt8] = [0, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0] + Array(repeating: 0, count: 8)
        return URL(filePath: try directory.write(head + bytes(weights), as: "n.weights"))
    }

    @Test func `a Darknet network is outlined from its two files`() async throws {
        let file = try darknet(weights: Array(repeating: 0.5, count: Self.count))
        let inspection = try await process.inspect(InspectionRequest(file: file))
        let outline = try #require(inspection.outline)
        #expect(inspection.format == .darknet && outline.parameterCount == Self.count)
        #expect(
            outline.nodes.map(\.operation) == [
                "convolutional", "convolutional", "shortcut", "route", "maxpool", "yolo",
            ])
        #expect(outline.nodes[2].inputs == ["convolutional1", "convolutional0"])
        #expect(outline.nodes[3].inputs == ["shortcut2", "convolutional0"])
        #expect(outline.outputs.map(\.shape) == [[-1, 8, 2, 2]])
        #expect(outline.operations == 27 * 4 * 16 + 2 * 4 * 16)
    }

    @Test(arguments: [
        ("size=3", "size=three", "n.cfg:9"), ("[maxpool]", "[lstm]", "n.cfg:22"), ("groups=2", "groups=3", "n.cfg:14"),
        ("from=-2", "from=7", "n.cfg:18"), ("[route]\nlayers=-1, 0", "[route]", "n.cfg:20"),
    ])
    func `an error in a Darknet structure gives its line`(
        text: String, wrong: String, place: String
    ) async throws {
        let structure = Self.structure.replacing(text, with: wrong)
        let file = try darknet(structure, weights: Array(repeating: 0.5, count: Self.count))
        let failure = try await refusal(file)
        #expect(failure.message.contains(place), "\(failure.message)")
    }

    @Test func `Darknet weights that do not fit their structure are counted`() async throws {
        let short = try await refusal(try darknet(weights: [1, 2, 3]))
        #expect(short.message.contains("has 3 weights") && short.message.contains("needs \(Self.count)"))
        var values = Array(repeating: Float(0.5), count: Self.count)
        values[7] = .nan
        let infinite = try await refusal(try darknet(weights: values))
        #expect(infinite.message.contains("not finite"), "\(infinite.message)")
        try FileManager.default.removeItem(at: directory.file("n.cfg"))
        let alone = try await refusal(directory.file("n.weights"))
        #expect(alone.code == .notFound && alone.message.contains("n.cfg"), "\(alone.message)")
    }

    // MARK: - OpenVINO

    private static let graph = """
        <?xml version="1.0"?>
        <net name="two" version="11">
        <layers>
        <layer id="0" name="data" type="Parameter" version="opset1"><data shape="1,4" element_type="f32"/>
        <output><port id="0"><dim>1</dim><dim>4</dim></port></output></layer>
        <layer id="1" name="w" type="Const" version="opset1"><data element_type="f32" shape="3, 4" offset="0" size="48"/>
        <output><port id="0"><dim>3</dim><dim>4</dim></port></output></layer>
        <layer id="2" name="product" type="MatMul" version="opset1"><data transpose_b="true"/>
        <input><port id="0"><dim>1</dim><dim>4</dim></port><port id="1"><dim>3</dim><dim>4</dim></port></input>
        <output><port id="2"><dim>1</dim><dim>3</dim></port></output></layer>
        <layer id="3" name="out" type="Result" version="opset1">
        <input><port id="0"><dim>1</dim><dim>3</dim></port></input></layer>
        </layers>
        <edges>
        <edge from-layer="0" from-port="0" to-layer="2" to-port="0"/>
        <edge from-layer="1" from-port="0" to-layer="2" to-port="1"/>
        <edge from-layer="2" from-port="2" to-layer="3" to-port="0"/>
        </edges>
        </net>
        """

    private func openVINO(_ graph: String = graph, weights: [Float] = Array(repeating: 0.5, count: 12)) throws -> URL {
        _ = try directory.write(bytes(weights), as: "n.bin")
        return URL(filePath: try directory.write(Array(graph.utf8), as: "n.xml"))
    }

    @Test func `an OpenVINO network is outlined from its two files`() async throws {
        let inspection = try await process.inspect(InspectionRequest(file: try openVINO()))
        let outline = try #require(inspection.outline)
        #expect(inspection.format == .openVINO && outline.name == "two")
        #expect(outline.nodes == [.init(name: "product", operation: "MatMul", inputs: ["data"], parameters: 12)])
        #expect(outline.inputs == [.init(name: "data", shape: [1, 4])])
        #expect(outline.outputs == [.init(name: "out", shape: [1, 3])])
        #expect(outline.operations == 12)
    }

    @Test(arguments: [
        ("size=\"48\"", "size=\"44\"", "n.xml:6"), ("offset=\"0\"", "offset=\"4\"", "n.bin"),
        ("shape=\"3, 4\"", "shape=\"9223372036854775807, 4\"", "n.xml:6"),
        ("from-layer=\"1\"", "from-layer=\"9\"", "layer 9"), ("from-layer=\"0\"", "from-layer=\"2\"", "cycle"),
        ("version=\"11\"", "version=\"6\"", "version '6'"), ("</net>", "", "n.xml"),
        ("id=\"1\"", "id=\"0\"", "n.xml:6"),
    ])
    func `an error in an OpenVINO structure is reported`(text: String, wrong: String, word: String) async throws {
        let failure = try await refusal(try openVINO(Self.graph.replacing(text, with: wrong, maxReplacements: 1)))
        #expect(failure.message.contains(word), "\(failure.message)")
    }

    @Test func `OpenVINO weights that are missing or not numbers are refused`() async throws {
        let infinite = try await refusal(
            try openVINO(weights: Array(repeating: .infinity, count: 12)))
        #expect(infinite.message.contains("'w' has values"), "\(infinite.message)")
        try FileManager.default.removeItem(at: directory.file("n.bin"))
        let alone = try await refusal(directory.file("n.xml"))
        #expect(alone.code == .notFound && alone.message.contains("n.bin"), "\(alone.message)")
    }

    // MARK: - Real files

    /// Weights as the files of the weights have them: bytes without the head, by four.
    @Test(
        .enabled(if: RealData.isHere, Comment(rawValue: RealData.reason)),
        arguments: [
            ("detectors/yolo-fastest/yolo-fastest-1.0.weights", 356_406, 2),
            ("detectors/yolo-fastest/yolo-fastest-1.1-xl.weights", 923_486, 2),
            ("detectors/pedestrian-detection-adas-0002/pedestrian-detection-adas-0002.xml", 1_165_036, 1),
            ("reid/person-reidentification-retail-0287/person-reidentification-retail-0287.xml", 591_825, 1),
        ])
    func `real networks in two files are valid`(path: String, count: Int, outputs: Int) async throws {
        let file = URL(filePath: try RealData.locator.folder(of: "detectors"))
            .deletingLastPathComponent().appending(path: path)
        let outline = try #require(try await process.inspect(InspectionRequest(file: file)).outline)
        #expect(outline.outputs.count == outputs)
        #expect(outline.parameterCount == count)
    }
}
