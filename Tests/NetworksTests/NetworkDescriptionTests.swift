import Model
import Networks
import Testing

@Suite struct NetworkDescriptionTests {
    static let tiny = NetworkDescription(
        name: "tiny", inputs: [.init(name: "image", shape: [3, 8, 6])],
        layers: [
            Layer(
                "first", .convolution(.init(channels: 4, kernel: .init(height: 3, width: 1), stride: 2, groups: 1)),
                from: "image"),
            Layer("pool", .maximumPooling(kernel: 2, stride: 2), from: "first"),
            Layer("flat", .flatten, from: "pool"),
            Layer("head", .linear(features: 5), from: "flat"),
        ])

    @Test func `shapes, parameters and operations are those computed by hand`() throws {
        let shapes = try Self.tiny.validate()
        #expect(shapes == ["first": [4, 4, 3], "pool": [4, 2, 1], "flat": [8], "head": [5]])
        // 4·3·3·1 + 4 for the convolution, 8·5 + 5 for the classifier.
        #expect(try Self.tiny.parameterCount == 40 + 45)
        // 36 weights at 12 positions, 40 once.
        #expect(try Self.tiny.multiplyAccumulates == 36 * 12 + 40)
    }

    @Test func `a separable convolution counts its two halves`() throws {
        let network = NetworkDescription(
            name: "separable", inputs: [.init(name: "x", shape: [6, 10, 10])],
            layers: [Layer("s", .separableConvolution(.init(channels: 8, kernel: 5)), from: "x")])
        #expect(try network.validate() == ["s": [8, 10, 10]])
        #expect(try network.parameterCount == 6 * 25 + 8 * 6 + 8)
        #expect(try network.multiplyAccumulates == (6 * 25 + 8 * 6) * 100)
    }

    @Test func `the JSON form is canonical and reads back`() throws {
        let text = try Self.tiny.canonicalJSON
        #expect(
            text.hasPrefix(
                #"{"inputs":[{"name":"image","shape":[3,8,6]}],"layers":[{"bias":true,"channels":4,"groups":1"#))
        let back = try NetworkDescription(json: text)
        #expect(back == Self.tiny)
        #expect(try back.id == Self.tiny.id)
        var other = Self.tiny
        other.layers[0].name = "second"
        other.layers[1].inputs = ["second"]
        #expect(try other.id != Self.tiny.id)
    }

    @Test func `omitted fields get their defaults`() throws {
        let network = try NetworkDescription(
            json: """
                {"name": "n", "inputs": [{"name": "x", "shape": [1, 9, 9]}], "layers": [
                  {"name": "c", "kind": "convolution", "inputs": ["x"], "channels": 2, "kernel": 3},
                  {"name": "p", "kind": "maximum-pooling", "inputs": ["c"], "kernel": [3, 2]},
                  {"name": "a", "kind": "leaky-relu", "inputs": ["p"]}]}
                """)
        #expect(try network.validate() == ["c": [2, 9, 9], "p": [2, 3, 4], "a": [2, 3, 4]])
    }

    @Test(arguments: [
        (#"{"name": "l", "kind": "relu", "inputs": ["x"], "slope": 1}"#, "no field 'slope'"),
        (#"{"name": "l", "kind": "teleport", "inputs": ["x"]}"#, "unknown kind 'teleport'"),
        (#"{"name": "l", "kind": "linear", "inputs": ["x"], "features": 2}"#, "flatten it first"),
        (#"{"name": "l", "kind": "linear", "inputs": ["x"]}"#, "'features' is missing"),
        (#"{"name": "l", "kind": "relu", "inputs": ["y"]}"#, "reads 'y'"),
        (#"{"name": "l", "kind": "relu", "inputs": ["x", "x"]}"#, "exactly one input"),
        (#"{"name": "x", "kind": "relu", "inputs": ["x"]}"#, "already in use"),
        (#"{"name": "a b", "kind": "relu", "inputs": ["x"]}"#, "an invalid name"),
        (#"{"name": "l.import", "kind": "relu", "inputs": ["x"]}"#, "an invalid name"),
        (#"{"name": "l", "kind": "convolution", "inputs": ["x"], "channels": 0, "kernel": 3}"#, "channels 0"),
        (
            #"{"name": "l", "kind": "convolution", "inputs": ["x"], "channels": 2, "kernel": 9, "padding": 0}"#,
            "larger than its input [1, 4, 4]"
        ),
        (
            #"{"name": "l", "kind": "convolution", "inputs": ["x"], "channels": 2, "kernel": 3, "groups": 2}"#,
            "2 groups"
        ),
        (#"{"name": "l", "kind": "maximum-pooling", "inputs": ["x"], "kernel": 2, "stride": 0}"#, "stride 0"),
        (#"{"name": "l", "kind": "dropout", "inputs": ["x"], "rate": 1}"#, "rate 1"),
        (#"{"name": "l", "kind": "resize", "inputs": ["x"], "size": 1000000}"#, "too large"),
    ])
    func `a layer that does not fit is refused by name`(_ layer: String, _ word: String) throws {
        let text = #"{"name": "n", "inputs": [{"name": "x", "shape": [1, 4, 4]}], "layers": [\#(layer)]}"#
        let failure = #expect(throws: Failure.self) { try NetworkDescription(json: text) }
        #expect(failure?.code == .invalidArgument)
        #expect(failure?.message.contains(word) == true, "\(failure?.message ?? "")")
    }

    @Test func `text that is not JSON is refused`() {
        for text in ["", "[]", "{", #"{"name": 3}"#, #"{"name":"n","inputs":[],"layers":[]}"#] {
            #expect(throws: Failure.self) { try NetworkDescription(json: text) }
        }
    }

    @Test func `sizes that would overflow are refused`() {
        let network = NetworkDescription(
            name: "huge", inputs: [.init(name: "x", shape: [1_000_000])],
            layers: [
                Layer("a", .linear(features: 1_000_000), from: "x")
            ])
        #expect(throws: Failure.self) { try network.parameterCount }
        #expect(throws: Failure.self) {
            try TableSix.leNet3.network(shape: [1, 28, 28], classes: 10, width: .infinity)
        }
        #expect(throws: Failure.self) { try TableSix.leNet3.network(shape: [1, 28, 28], classes: 10, width: .nan) }
    }
}
