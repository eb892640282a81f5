import Foundation
import Model
import Networks
import ONNX
import Schema
import TestSupport
import Testing

@Suite struct OnnxFileTests {
    /// One convolution, as small as it gets.
    private static func sample() -> Wire.OnnxModel {
        func value(_ name: String, _ sizes: [Int64]) -> Wire.OnnxValue {
            let shape = Wire.OnnxShape(dim: sizes.map { Wire.OnnxDimension(value: .dimValue($0)) })
            return Wire.OnnxValue(
                name: name, type: Wire.OnnxType(tensorType: Wire.OnnxTensorType(elemType: 1, shape: shape)))
        }
        let weight = Wire.OnnxTensor(
            dims: [2, 1, 1, 1], dataType: 1, name: "w", rawData: [UInt8](repeating: 0, count: 8))
        let bias = Wire.OnnxTensor(dims: [2], dataType: 1, floatData: [0, 0], name: "b")
        let node = Wire.OnnxNode(
            input: ["x", "w", "b"], output: ["y"], name: "conv", opType: "Conv",
            attribute: [Wire.OnnxAttribute(name: "kernel_shape", ints: [1, 1], type: 7)])
        return Wire.OnnxModel(
            irVersion: 8, producerName: "pytorch", producerVersion: "1.13",
            graph: Wire.OnnxGraph(
                node: [node], name: "sample", initializer: [weight, bias], input: [value("x", [1, 1, 4, 4])],
                output: [value("y", [1, 2, 4, 4])]), opsetImport: [Wire.OnnxOperatorSet(version: 17)])
    }

    @Test func `a file is read with its versions and weights`() throws {
        let file = try OnnxFile(bytes: Self.sample().encodedBytes(), name: "sample.onnx")
        #expect(file.producer == "pytorch 1.13" && file.operatorSet == 17)
        #expect(file.outline.nodes == [.init(name: "y", operation: "Conv", inputs: ["x"], parameters: 4)])
    }

    /// A change to a valid model, and what the failure must name.
    private static let faults: [(String, String, @Sendable (inout Wire.OnnxModel) -> Void)] = [
        ("old format", "ir_version", { $0.irVersion = 1 }),
        ("new operators", "opset_import: version 99", { $0.opsetImport[0].version = 99 }),
        ("own operators", "'com.acme'", { $0.graph?.node[0].domain = "com.acme" }),
        (
            "standard operators of no version", "standard operators is missing",
            { $0.opsetImport[0].domain = "ai.onnx.ml" }
        ),
        (
            "packed weights cut short", "4 bits",
            { model in
                model.graph?.initializer[0].dataType = 22
                model.graph?.initializer[0].dims = [3, 1, 1, 1]
                model.graph?.initializer[0].rawData = [0]
            }
        ),
        ("no operators", "opset_import", { $0.opsetImport = [] }),
        ("no graph", "graph", { $0.graph = nil }),
        ("a weight cut short", "initializer 'w'", { $0.graph?.initializer[0].rawData.removeLast() }),
        ("a weight with a hole", "initializer 'b'", { $0.graph?.initializer[1].floatData = [1] }),
        ("an impossible shape", "is invalid", { $0.graph?.initializer[0].dims = [-1, 2] }),
        ("a huge shape", "is invalid", { $0.graph?.initializer[0].dims = [1 << 40, 1 << 40] }),
        ("an unknown type", "data_type 77", { $0.graph?.initializer[0].dataType = 77 }),
        ("weights elsewhere", "another file", { $0.graph?.initializer[0].dataLocation = 1 }),
        ("a kernel that is not the weight's", "kernel_shape", { $0.graph?.node[0].attribute[0].ints = [3, 3] }),
        (
            "a bias of another size", "bias",
            {
                $0.graph?.initializer[1].dims = [1]
                $0.graph?.initializer[1].floatData = [0]
            }
        ),
        ("a value from nowhere", "'z'", { $0.graph?.node[0].input[0] = "z" }),
        ("a value given twice", "already exists", { $0.graph?.node[0].output = ["x"] }),
        ("an output from nowhere", "output 'q'", { $0.graph?.output[0].name = "q" }),
        ("an input without a type", "input 'x'", { $0.graph?.input[0].type = nil }),
        (
            "a nested graph with an output from nowhere", "output 'q'",
            { model in
                let value = Wire.OnnxGraph(output: [Wire.OnnxValue(name: "q")])
                let bytes = (try? value.encodedBytes()) ?? []
                model.graph?.node[0].attribute.append(.init(name: "then_branch", g: bytes, type: 5))
            }
        ),
    ]

    @Test(arguments: faults.indices) func `an error is named`(_ index: Int) throws {
        let (what, word, change) = Self.faults[index]
        var model = Self.sample()
        change(&model)
        let failure = #expect(throws: Failure.self) {
            try OnnxFile(bytes: model.encodedBytes(), name: "sample.onnx")
        }
        #expect(failure?.code == .corrupt, "\(what)")
        #expect(failure?.message.contains("'sample.onnx'") == true, "\(what)")
        #expect(failure?.message.contains(word) == true, "\(what): \(failure?.message ?? "")")
    }

    @Test func `no prefix of a file is accepted, and none crashes`() throws {
        let bytes = try Self.sample().encodedBytes()
        for count in 0..<bytes.count {
            #expect(throws: Failure.self) { try OnnxFile(bytes: Array(bytes.prefix(count)), name: "cut.onnx") }
        }
    }

    @Test func `deep nesting is harmless`() throws {
        // A graph in an attribute in a node in a graph, 20,000 times: fields 6, 5 and 1.
        var nested: [UInt8] = []
        for _ in 0..<20_000 {
            for field: UInt8 in [1, 5, 6] { nested = [field << 3 | 2] + Self.varint(nested.count) + nested }
            if nested.count > 200_000 { break }
        }
        let model = [8, 8, 7 << 3 | 2] + Self.varint(nested.count) + nested
        #expect(throws: Failure.self) { try OnnxFile(bytes: model, name: "deep.onnx") }
    }

    private static func varint(_ value: Int) -> [UInt8] {
        var (rest, bytes) = (value, [UInt8]())
        while rest > 127 {
            bytes.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    // MARK: - Real files

    /// File, nodes and weights as the official onnx package counts them.
    @Test(arguments: [
        ("detectors", "yolox-nano/yolox_nano.onnx"), ("detectors", "fastestdet/FastestDet.onnx"),
        ("reid", "osnet_x0_25_msmt17/osnet_x0_25_msmt17.onnx"),
    ])
    func `real detectors and re-identification networks are read like the official package reads them`(
        folder: String, name: String
    ) throws {
        guard let place = try? RealData.locator.folder(of: folder) else {
            try Test.cancel("needs the folder '\(folder)' in the data directory")
        }
        let file = URL(filePath: place).appending(path: name)
        let read = try OnnxFile(reading: file)
        let python: PythonEnvironment
        do {
            python = try PythonEnvironment(with: "onnx", "onnxruntime")
        } catch {
            try Test.cancel("there is no Python with onnx: \(error)")
        }
        let theirs = try python.run(Self.program, file.path).split(separator: "\n").map(String.init)
        let ports = (read.outline.inputs + read.outline.outputs).map { "\($0.name) \($0.shape)" }
        let ours =
            ["\(read.operatorSet ?? 0)", "\(read.outline.nodes.count)", "\(read.outline.parameterCount)"] + ports
        #expect(ours == theirs)
    }

    private static let program = """
        import sys, onnx, onnx.numpy_helper
        model = onnx.load(sys.argv[1])
        graph = model.graph
        tensors = {t.name: onnx.numpy_helper.to_array(t) for t in graph.initializer}
        for node in graph.node:
            for attribute in node.attribute:
                if node.op_type == "Constant" and attribute.name == "value":
                    tensors[node.output[0]] = onnx.numpy_helper.to_array(attribute.t)
        nodes = [node for node in graph.node if node.op_type != "Constant"]
        used = {name for node in nodes for name in node.input}
        print(model.opset_import[0].version)
        print(len(nodes))
        print(sum(t.size for name, t in tensors.items() if name in used and t.dtype.kind == "f"))
        for value in [v for v in graph.input if v.name not in tensors] + list(graph.output):
            print(value.name, [d.dim_value or -1 for d in value.type.tensor_type.shape.dim])
        """
}
