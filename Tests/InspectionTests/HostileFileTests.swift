import CTorch
import Foundation
import Inspection
import Model
import TestSupport
import Testing
import Torch

/// Files whose code does what no network needs.
@Suite(.timeLimit(.minutes(5)))
struct HostileFileTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// A TorchScript file with methods of our own.
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

    /// `__setstate__` runs while the file is read, before anything of it can be looked at.
    @Test func `code that runs while it is read can neither write nor read other files`() async throws {
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
        // Without protection it does what it is made for.
        _ = try ScriptedNetwork(loading: file)
        #expect(try !isUntouched(victim))
    }

    @Test func `a network that does not end is ended`() async throws {
        let file = try script(
            """
            def forward(self, x: Tensor) -> Tensor:
              while True:
                x = x + 1.0
              return x
            """)
        #expect(try await refusal(file, within: .seconds(5)).message.contains("ended by signal 9"))
    }

    @Test func `a network that asks for all memory gets none`() async throws {
        let file = try script(
            """
            def forward(self, x: Tensor) -> Tensor:
              return torch.ones([1099511627776])
            """)
        let failure = try await refusal(file)
        #expect(failure.message.contains("does not run"), "\(failure.message)")
    }

    @Test func `what a network prints is not taken for the answer`() async throws {
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
}
