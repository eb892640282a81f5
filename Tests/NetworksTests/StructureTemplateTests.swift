import Model
import Networks
import Testing

@Suite struct StructureTemplateTests {
    static let blocks = """
        {"name": "TwoBlocks", "reads": ["picture", "spectrogram"], "areas": ["vision"], "source": "our lab", "layers": [
          {"name": "stem", "kind": "convolution", "channels": "16 * width", "kernel": 3},
          {"repeat": "2 * depth", "layers": [
            {"name": "inner", "kind": "convolution", "channels": "16 * width", "kernel": 3},
            {"kind": "relu"},
            {"name": "stem", "kind": "addition", "inputs": ["stem", "inner"]}]},
          {"kind": "global-average-pooling"},
          {"kind": "linear", "features": "outputs"}]}
        """

    @Test func `a user's structure produces networks of every size`() throws {
        let template = try StructureTemplate(json: Self.blocks)
        #expect(template.family.areas == ["vision"] && template.family.category == "TwoBlocks")
        #expect(try StructureTemplate(json: template.canonicalJSON) == template)
        let family = template.family
        let small = try family.network(
            input: "photo", .init(kind: .image, shape: [1, 9, 12]), outputs: 4, width: 0.5, depth: 0.5)
        #expect(small.inputs == [.init(name: "photo", shape: [1, 9, 12])])
        // One block of 8 channels; biases count, too.
        #expect(try small.parameterCount == (9 + 1) * 8 + (8 * 9 + 1) * 8 + (8 + 1) * 4)
        let large = try family.network(input: "photo", .init(kind: .image, shape: [3, 9, 12]), outputs: 2, depth: 2)
        #expect(large.layers.count { $0.operation.kind == "convolution" } == 5)
        #expect(try large.outputShape == [2])
        #expect(!family.takes(.init(kind: .text, shape: [9], vocabulary: 5)))
    }

    @Test func `input variables fit texts and tables`() throws {
        let text = """
            {"name": "Words", "reads": ["text"], "layers": [
              {"kind": "token-embedding", "vocabulary": "vocabulary", "features": "8 * width"},
              {"kind": "sequence-pooling", "pooling": "mean"}, {"kind": "linear", "features": "outputs"}]}
            """
        let words = try StructureTemplate(json: text).family.network(
            input: "text", .init(kind: .text, shape: [7], vocabulary: 11), outputs: 3)
        #expect(try words.parameterCount == 11 * 8 + (8 + 1) * 3)
        let table = """
            {"name": "Rows", "reads": "table", "layers": [
              {"kind": "columns", "categories": "categories", "features": 2},
              {"kind": "linear", "features": "columns / 2"}, {"kind": "linear", "features": "outputs"}]}
            """
        let rows = try StructureTemplate(json: table).family.network(
            input: "table", .init(kind: .table, shape: [6], categories: [5]), outputs: 1)
        #expect(try rows.parameterCount == 5 * 2 + (7 + 1) * 3 + (3 + 1) * 1)
    }

    @Test(arguments: [
        (#"{"name": "X"}"#, "'reads'"), (#"{"name": "-x", "reads": "text", "layers": []}"#, "must begin with a letter"),
        (#"{"name": "LeNet5", "reads": "picture", "layers": []}"#, "another name"),
        (#"{"name": "X", "reads": "smell", "layers": [{}]}"#, "known forms"),
        (#"{"name": "X", "reads": "table", "layers": []}"#, "list of layers"),
        (#"{"name": "X", "reads": "table", "layers": [{"features": 2}]}"#, "without a 'kind'"),
        (#"{"name": "X", "reads": "table", "layers": [{"kind": "lineal"}]}"#, "unknown kind 'lineal'"),
        (
            #"{"name": "X", "reads": "table", "layers": [{"kind": "linear", "features": "2 * size"}]}"#,
            "neither a number"
        ),
        (#"{"name": "X", "reads": "table", "layers": [{"kind": "linear", "features": 2}]}"#, "features: outputs"),
        (#"{"name": "X", "reads": "table", "layers": [{"kind": "relu", "inputs": ["y"]}]}"#, "not a layer before it"),
        (#"{"name": "X", "reads": "table", "layer": [], "layers": [{"kind": "relu"}]}"#, "unknown field 'layer'"),
        (#"{"name": "X", "reads": "table", "layers": [{"repeat": 1e9, "layers": [{"kind": "relu"}]}]}"#, "repeat"),
        ("[]", "mapping with name"),
    ])
    func `an error in a structure is named`(_ json: String, _ reason: String) {
        let failure = #expect(throws: Failure.self) { try StructureTemplate(json: json) }
        #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "")")
    }
}
