import Foundation
import HelperProcesses
import Model
import Preparation
import ServingSupport
import TestSupport
import Testing
import Torch

/// Untrusted packages, whose networks do what no network needs.
@Suite(.timeLimit(.minutes(5)))
struct HostilePackageTests {
    private static let secret = Data(repeating: 7, count: 256)

    private let made: MadePackage
    /// Not beside the data, which a network's process may read.
    private let elsewhere: TemporaryDirectory
    private var victim: URL { elsewhere.file("victim.txt") }

    init() throws {
        made = try MadePackage.table(target: .init(columns: ["kind"], kind: .classification))
        elsewhere = try TemporaryDirectory()
    }

    /// Puts a network of our own into the package, and makes the victim afresh.
    private func put(_ source: String) throws {
        let file = made.folder.file("hostile.pt")
        try Self.secret.write(to: victim)
        try ScriptedNetwork.write(source: source + "\n", tensors: [], trained: [], to: file)
        try NetworkPackage.write(
            network: file, inputs: ["facts"], manifest: made.manifest, to: made.folder.file("package/model.pt"))
        try Self.secret.write(to: victim)
    }

    /// The ways in which a user runs a package.
    private var commands: [[String]] {
        let rows = made.folder.path("rows.csv")
        return [
            ["predict", made.path, "--table", rows], ["evaluate", made.path, "--data", rows],
            ["explain", made.path, "--table", rows],
        ]
    }

    private func expectRefusal(_ word: String) async throws {
        for command in commands {
            let output = try await GyrusProgram().run(command)
            #expect(output.status != 0 && output.err.contains(word), "\(command[0]): \(output.out)\(output.err)")
            #expect(try Data(contentsOf: victim) == Self.secret, "\(command[0])")
        }
    }

    @Test func `code that runs while a package is read can neither write nor read other files`() async throws {
        try put(
            """
            def forward(self, x: Tensor) -> Tensor:
              return x[:, :3]

            def __getstate__(self) -> int:
              return 1

            def __setstate__(self, state: int) -> None:
              secret = torch.from_file("\(victim.path)", True, 16)
              self.training = bool(secret.fill_(1.0).sum() > 0.0)
            """)
        try await expectRefusal("Permission denied")
    }

    @Test func `a network that reads secrets while it answers gives no answer`() async throws {
        try put(
            """
            def forward(self, x: Tensor) -> Tensor:
              return x[:, :3] + torch.from_file("\(victim.path)", False, 16).sum()
            """)
        try await expectRefusal("Permission denied")
    }

    @Test func `a network that asks for all memory gives no answer`() async throws {
        try put(
            """
            def forward(self, x: Tensor) -> Tensor:
              return x[:, :3] + torch.ones([1099511627776]).sum()
            """)
        try await expectRefusal("memory")
    }

    @Test func `a served network that asks for all memory gets a message, and the server goes on`() async throws {
        // More than a process that runs a package may use, though the machine would lend it untouched.
        let limit = max(8 << 30, Int(ProcessInfo.processInfo.physicalMemory / 2))
        let beyond = limit + (1 << 30)
        try put(
            """
            def forward(self, x: Tensor) -> Tensor:
              return x[:, :3] + torch.empty([\(beyond / 4)])[0]
            """)
        try await ProcessFixture.run { fixture in
            let server = try await ServedFixture.start(["--workers", "1", "facts=\(made.path)"], in: fixture)
            for _ in 0..<2 {
                let answer = try await server.ask(
                    "/predict", Data(#"{"age": 20, "weight": 50.5, "city": "Rome"}"#.utf8))
                #expect(answer.text.contains("may use at most \(limit >> 20) MiB"), "\(answer.text)")
            }
            #expect(try await server.ask("/v2/health/ready").status == 200)
        }
    }

    @Test func `a network that does not end ends with who asked it`() async throws {
        try put(
            """
            def forward(self, x: Tensor) -> Tensor:
              while bool(x.sum() > -1.0e30):
                x = x + 1.0
              return x
            """)
        let request = PredictionRequest(table: made.folder.path("rows.csv"))
        let output = try Descriptor.pipe()
        var asker: Descriptor?
        let program: RunningProgram
        (program, asker) = try ask(request, output.write)
        // The first line comes before the endless answer.
        var first = [UInt8](repeating: 0, count: 1)
        #expect(read(output.read.number, &first, 1) == 1 && asker != nil)
        asker = nil
        #expect(await program.end() == 128 + SIGIO)
    }
    /// Asks the data helper. The pipe that it reads is open as long as the asker.
    private func ask(
        _ request: PredictionRequest, _ output: Descriptor
    ) throws -> (program: RunningProgram, asker: Descriptor) {
        let input = try Descriptor.pipe()
        let program = try RunningProgram(
            try ChildProcess.executable("gyrus-data").path, ["predict", made.folder.path("package/model.pt")],
            descriptors: [input.read, output, Descriptor(copying: STDERR_FILENO)])
        try input.write.write(Array(try JSONEncoder().encode(request)) + [UInt8(ascii: "\n")])
        return (program, input.write)
    }
}
