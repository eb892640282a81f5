import Model
import Networks
import Testing

@Suite struct EnsembleTests {
    private static func network(_ structure: TableSix, classes: Int = 10, side: Int = 28) throws -> NetworkDescription {
        try structure.network(input: "image", shape: [1, side, side], classes: classes)
    }

    @Test func `members are placed side by side on the same inputs`() throws {
        let members = [try Self.network(.leNet3), try Self.network(.leNet3), try Self.network(.sparseNet)]
        let ensemble = try NetworkDescription.ensemble(named: "three", of: members)
        #expect(ensemble.inputs == members[0].inputs)
        #expect(try ensemble.outputShape == [10])
        let names = try members.enumerated().flatMap { place, member in
            try member.tensors.map { NetworkDescription.prefix(ofMember: place) + $0.name }
        }
        #expect(try ensemble.tensors.map(\.name) == names)
        #expect(try ensemble.parameterCount == members.reduce(0) { $0 + (try $1.parameterCount) })
        #expect(try NetworkDescription(json: ensemble.canonicalJSON) == ensemble)
    }

    @Test func `networks with other inputs or outputs are refused`() throws {
        let network = try Self.network(.leNet3)
        for others in [[], [try Self.network(.leNet3, classes: 3)], [try Self.network(.leNet3, side: 56)]] {
            #expect(throws: Failure.self) { try NetworkDescription.ensemble(named: "none", of: [network] + others) }
        }
    }
}
