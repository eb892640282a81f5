import Model
import Testing

@Suite struct ComputeTests {
    @Test(arguments: [
        ("20GB", UInt64(20_000_000_000)), ("1.5 GiB", 3 << 29), ("512 mb", 512_000_000), ("20", nil), ("GB", nil),
        ("-1GB", nil), ("1e30TB", nil), ("nanGB", nil),
    ])
    func `byte counts are parsed with their units`(_ text: String, _ bytes: UInt64?) {
        #expect(ByteCount.parse(text) == bytes)
    }

    @Test(arguments: [(UInt64(0), "0 B"), (1_500, "1.5 KiB"), (139 << 30, "139 GiB"), (3 << 40, "3 TiB")])
    func `byte counts are formatted for people`(_ bytes: UInt64, _ text: String) {
        #expect(ByteCount.text(bytes) == text)
    }

    private static func scenario(_ training: String) -> String {
        "scenario: s\nmodalities: {image: {dataset: mnist}}\nobjective: {maximize: accuracy}\ntraining: {\(training)}\n"
    }

    @Test func `a scenario can say what its trainings need`() throws {
        let options = try ScenarioFile(Self.scenario("device: gpu, memory: 20GB")).scenario.training.options
        #expect(options.needs == ComputeNeeds(device: .gpu, memory: 20_000_000_000))
        #expect(try ScenarioFile(Self.scenario("device: any")).scenario.training.options.needs == .none)
    }

    @Test(arguments: [("device: tpu", "training.device"), ("memory: 20", "expected a number with a unit")])
    func `impossible needs are refused`(_ training: String, _ problem: String) throws {
        let failure = try #require(throws: Failure.self) { try ScenarioFile(Self.scenario(training)) }
        #expect(failure.message.contains(problem), "\(failure.message)")
    }
}
