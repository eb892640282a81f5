import CTorch
import Foundation
import Inspection
import Model
import Schema
import TestSupport
import Testing
import Torch

/// Files whose code does what no network should do.
@Suite(.timeLimit(.minutes(5)))
struct HostileFileTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// A TorchScript file with given methods.
    private func script(_ source: String) throws -> URL {
        var error: UnsafeMutablePointer<CChar>?
        let network = try #require(
            gyrus_network_create(source + "\n", nil, nil, 0, 0, .processor, &error),
            "\(error.map { String(cString: $0) } ?? "")")
        defer { gyrus_network_free(network) }
        let file = directory.file("hostile.pt")
        #expect(gyrus_network_save(network, file.path, &error), "\(error.map { String(cString: $0) } ?? "")")
        return file
    }

    private func refusal(_ file: URL, within longest: Duration = .seconds(120)) async throws -> Failure {
        let process = InspectionProcess(program: try ChildProcess.executable("gyrus-inspector"), longest: longest)
        let request = InspectionRequest(file: file, inputShapes: [[4]])
        return try #require(await #expect(throws: Failure.self) { try await process.inspect(request) })
    }

    private func victim() throws -> URL {
        URL(filePath: try directory.write([UInt8](repeating: 7, count: 256), as: "victim.txt"))
    }

    private func isUntouched(_ file: URL) throws -> Bool {
        try Data(contentsOf: file) == Data(repeating: 7, count: 256)
    }

    @Test func `a network that opens files is refused by the operation's name`() async throws {
        let victim = try victim()
        let file = try script(
            """
            def forward(self, x: Tensor) -> Tensor:
              return torch.from_file("\(victim.path)", True, 16).fill_(1.0)
            """)
        let failure = try await refusal(file)
        #expect(failure.message.contains("aten::from_file"), "\(failure.message)")
        #expect(try isUntouched(victim))
    }

    /// `__setstate__` runs while the file is loaded, before it can be inspected.
    @Test func `code that runs during loading can neither write nor read other files`() async throws {
        let victim = try victim()
        let file = try script(
            """
            def forward(self, x: Tensor) -> Tensor:
              return x

            def __getstate__(self) -> int:
              return 1

            def __setstate__(self, state: int) -> None:
              secret = torch.from_file("\(victim.path)", True, 16)
              self.training = bool(secret.sum() > -1.0)
              self.training = bool(secret.fill_(1.0).sum() > 0.0)
            """)
        let failure = try await refusal(file)
        #expect(failure.message.contains("Permission denied"), "\(failure.message)")
        #expect(try isUntouched(victim))
        // Without protection, it does what it was made for.
        _ = try ScriptedNetwork(loading: file)
        #expect(try !isUntouched(victim))
    }

    @Test func `a network that does not end is stopped`() async throws {
        let file = try script(
            """
            def forward(self, x: Tensor) -> Tensor:
              while True:
                x = x + 1.0
              return x
            """)
        #expect(try await refusal(file, within: .seconds(5)).message.contains("ended by signal 9"))
    }

    @Test func `a network that requests all memory gets none`() async throws {
        let file = try script(
            """
            def forward(self, x: Tensor) -> Tensor:
              return torch.ones([1099511627776])
            """)
        let failure = try await refusal(file)
        #expect(failure.message.contains("it fails on inputs"), "\(failure.message)")
    }

    @Test func `a network's output to stdout is not mistaken for the answer`() async throws {
        let file = try script(
            """
            def forward(self, x: Tensor) -> Tensor:
              print("{}")
              return x + 1.0
            """)
        let process = InspectionProcess(program: try ChildProcess.executable("gyrus-inspector"))
        let inspection = try await process.inspect(InspectionRequest(file: file, inputShapes: [[4]]))
        #expect(inspection.findings.contains("ran: [[2, 4]] for a batch of 2"))
    }

    /// One node of ONNX in a file.
    private func graph(_ node: Wire.OnnxNode, _ constants: [Wire.OnnxTensor], _ name: String) throws -> URL {
        let type = Wire.OnnxType(
            tensorType: Wire.OnnxTensorType(
                elemType: 1, shape: Wire.OnnxShape(dim: [Wire.OnnxDimension(value: .dimValue(4))])))
        let model = Wire.OnnxModel(
            irVersion: 8,
            graph: Wire.OnnxGraph(
                node: [node], initializer: constants, input: [Wire.OnnxValue(name: "x", type: type)],
                output: [Wire.OnnxValue(name: "y", type: type)]),
            opsetImport: [Wire.OnnxOperatorSet(version: 17)])
        return URL(filePath: try directory.write(try model.encodedBytes(), as: name))
    }

    @Test func `a graph that produces a trillion numbers is refused, and only its process ends`() async throws {
        let shape = Wire.OnnxTensor(dims: [2], dataType: 7, int64Data: [1 << 20, 1 << 20], name: "shape")
        let file = try graph(
            Wire.OnnxNode(input: ["shape"], output: ["y"], opType: "ConstantOfShape"), [shape], "bomb.onnx")
        let process = InspectionProcess(program: try ChildProcess.executable("gyrus-inspector"))
        let request = InspectionRequest(file: file, companion: directory.file("bomb.pt"), mustRun: true)
        let failure = try #require(await #expect(throws: Failure.self) { try await process.inspect(request) })
        #expect(failure.message.contains("it fails on inputs"), "\(failure.message)")
    }

    @Test func `a graph with a loop that must run is refused by the operator's name`() async throws {
        let file = try graph(Wire.OnnxNode(input: ["x"], output: ["y"], opType: "Loop"), [], "loop.onnx")
        let process = InspectionProcess(program: try ChildProcess.executable("gyrus-inspector"))
        var request = InspectionRequest(file: file, companion: directory.file("loop.pt"))
        let looked = try await process.inspect(request)
        #expect(!looked.hasCompanion)
        #expect(looked.findings.contains { $0.contains("the operator Loop is not supported") }, "\(looked.findings)")
        request.mustRun = true
        let failure = try #require(await #expect(throws: Failure.self) { try await process.inspect(request) })
        #expect(failure.message.contains("the operator Loop is not supported"), "\(failure.message)")
    }

    @Test func `a file that claims a billion elements is refused before memory is allocated`() async throws {
        let header = #"{"conv1.weight":{"dtype":"F32","shape":[1000000000],"data_offsets":[0,4000000000]}}"#
        let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { [UInt8]($0) }
        let file = URL(
            filePath: try directory.write(length + Array(header.utf8) + [0, 0, 0, 0], as: "huge.safetensors"))
        let failure = try await refusal(file)
        #expect(failure.message.contains("conv1.weight"), "\(failure.message)")
    }

    /// A sound network whose directory declares another size for its first entry.
    private func bomb(declaring size: UInt64) throws -> URL {
        let file = try script(
            """
            def forward(self, x: Tensor) -> Tensor:
              return x + 1.0
            """)
        var bytes = [UInt8](try Data(contentsOf: file))
        // Only the declared size of the first entry changes, in the directory that the end of the file names.
        let entry = try #require(bytes.indices.first { bytes[$0...].starts(with: [0x50, 0x4B, 1, 2]) })
        let declared = withUnsafeBytes(of: UInt32(size).littleEndian) { [UInt8]($0) }
        bytes.replaceSubrange((entry + 24)..<(entry + 28), with: declared)
        return URL(filePath: try directory.write(bytes, as: "bomb.pt"))
    }

    @Test func `an archive that declares more than 4 GiB is refused from its directory`() async throws {
        var bytes = [UInt8](try Data(contentsOf: try bomb(declaring: 0xFFFF_FFFE)))
        let entries = bytes.indices.filter { bytes[$0...].starts(with: [0x50, 0x4B, 1, 2]) }
        let second = try #require(entries.dropFirst().first)
        bytes.replaceSubrange((second + 24)..<(second + 28), with: [0xFE, 0xFF, 0xFF, 0xFF])
        let failure = try await refusal(URL(filePath: try directory.write(bytes, as: "bomb.pt")))
        #expect(failure.message.contains("more than the limit of 4 GiB"), "\(failure.message)")
    }

    @Test func `an archive that declares a hundred times its size is refused from its directory`() async throws {
        let failure = try await refusal(try bomb(declaring: 100 << 20))
        #expect(failure.message.contains("more than 20 times the size of the file"), "\(failure.message)")
    }
}
