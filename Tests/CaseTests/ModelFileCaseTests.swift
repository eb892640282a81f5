import Foundation
import Inspection
import Model
import Networks
import TestSupport
import Testing

/// Model files as exporters and people write them.
@Suite(.enabled(if: SharedCases.areHere, Comment(rawValue: SharedCases.reason)), .timeLimit(.minutes(5)))
struct ModelFileCaseTests {
    private func inspect(
        _ file: URL, shapes: [[Int]?] = [], network: NetworkDescription? = nil
    ) async throws -> Inspection {
        let process = InspectionProcess(program: try ChildProcess.executable("gyrus-inspector"))
        return try await process.inspect(
            InspectionRequest(file: file, network: try network?.canonicalJSON, inputShapes: shapes))
    }

    @Test(arguments: [
        ("onnx/lstm-without-y.onnx", 160), ("onnx/unused-domain.onnx", 112), ("onnx/only-ml-domain.onnx", 0),
        ("onnx/newest-versions.onnx", 112), ("onnx/int8-weights.onnx", 110), ("onnx/initializer-as-input.onnx", 112),
        ("onnx/empty-roi.onnx", 4), ("onnx/float16-as-int32.onnx", 112), ("darknet/crlf.weights", 410),
        ("darknet/comment-after-value.weights", 410), ("darknet/header-0-1.weights", 410),
        ("openvino/binary-weights.xml", 108), ("openvino/crlf.xml", 108),
    ])
    func `a sound file is read with its weights`(_ path: String, _ parameters: Int) async throws {
        let outline = try #require(try await inspect(SharedCases.file(path)).outline)
        #expect(outline.parameterCount == parameters)
    }

    @Test(arguments: [
        ("onnx/cut-short.onnx", "is truncated"), ("onnx/git-lfs-pointer.onnx", "Git LFS pointer"),
        ("darknet/no-equals-sign.weights", "no-equals-sign.cfg:23"),
        ("openvino/if-with-wild-weights.xml", "contains a network"), ("openvino/old-version.xml", "version '7'"),
    ])
    func `a broken file is refused by name`(_ path: String, _ words: String) async throws {
        let failure = await #expect(throws: Failure.self) { try await inspect(SharedCases.file(path)) }
        #expect(failure?.message.contains(words) == true, "\(failure?.message ?? "")")
    }

    @Test(arguments: [("optional-input", [[2, 5]]), ("two-outputs", [[2, 5], [2, 4]])])
    func `a script runs with the inputs that it needs`(_ name: String, _ outputs: [[Int]]) async throws {
        let inspection = try await inspect(SharedCases.file("torchscript/\(name).pt"), shapes: [[3, 8, 8]])
        #expect(inspection.findings.contains("ran: \(outputs) for a batch of 2"))
    }

    @Test(arguments: [
        ("newer-operator", "needs a newer libtorch"), ("state-dict", "torch.jit.save"), ("no-forward", "'forward'"),
    ])
    func `a script that cannot be run is refused by name`(_ name: String, _ words: String) async throws {
        let file = SharedCases.file("torchscript/\(name).pt")
        let failure = await #expect(throws: Failure.self) { try await inspect(file, shapes: [[3, 8, 8]]) }
        #expect(failure?.message.contains(words) == true, "\(failure?.message ?? "")")
    }

    // MARK: - Safetensors

    private func unpacked(_ name: String, in directory: TemporaryDirectory) throws -> URL {
        let file = directory.file("\(name).safetensors")
        let packed = SharedCases.file("safetensors/\(name).safetensors.gz").path
        try #require(ChildProcess(path: "gunzip", ["-c", packed], log: file).wait() == 0)
        return file
    }

    private func network() throws -> NetworkDescription {
        try TableSix.leNet3.network(input: "image", shape: [1, 112, 112], classes: 10)
    }

    @Test(arguments: ["batch-counters", "metadata-empty"])
    func `weights are read despite other entries in their file`(_ name: String) async throws {
        let directory = try TemporaryDirectory()
        let inspection = try await inspect(try unpacked(name, in: directory), network: network())
        #expect(inspection.format == .safetensors)
    }

    @Test func `duplicate weights are refused`() async throws {
        let directory = try TemporaryDirectory()
        let file = try unpacked("duplicate-key", in: directory)
        let failure = await #expect(throws: Failure.self) { try await inspect(file, network: network()) }
        #expect(failure?.message.contains("twice") == true, "\(failure?.message ?? "")")
    }
}
