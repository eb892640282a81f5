import Foundation
public import Model
import RegistryClient
import TestSupport
import Torch

/// A TorchScript file that a worker is given in place of weights: whoever loads it as a network overwrites a victim.
public struct HostileFile: Sendable {
    /// The file in the registry.
    public let blob: BlobDigest
    private let victim: URL

    private static let content = Data(repeating: 7, count: 256)

    /// Puts a file into a test's registry.
    public init(in fixture: WorkerFixture) async throws {
        victim = fixture.directory.file("victim.txt")
        let file = fixture.directory.file("hostile.pt")
        try Self.content.write(to: victim)
        try ScriptedNetwork.write(
            source: """
                def forward(self, x: Tensor) -> Tensor:
                  return x

                def __getstate__(self) -> int:
                  return 1

                def __setstate__(self, state: int) -> None:
                  self.training = bool(torch.from_file("\(victim.path)", True, 16).fill_(1.0).sum() > 0.0)

                """, tensors: [], trained: [], to: file)
        blob = try await fixture.registry.upload(file: file)
    }

    /// Whether it has not been run.
    public var isHarmless: Bool { get throws { try Data(contentsOf: victim) == Self.content } }
}
