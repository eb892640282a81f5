import HelperProcesses
import Model
import Testing

@testable import Search

@Suite struct NeuralOptimizationTests {
    private static func examples(_ count: Int, _ space: SearchSpace, seed: UInt64) -> [AutoencoderRequest.Example] {
        var generator = SeededGenerator(seed: seed)
        let sequence = DecisionSequence(space)
        let genomes = Set((0..<count).map { _ in space.random(using: &generator) })
        return genomes.sorted { "\($0)" < "\($1)" }.map { genome in
            let choices = sequence.choices(of: genome)
            let good = choices.count { $0 == 1 }
            return .init(choices: choices, worth: Double(good) / Double(choices.count))
        }
    }

    private static func request(_ space: SearchSpace, _ examples: [AutoencoderRequest.Example]) -> AutoencoderRequest {
        AutoencoderRequest(
            strings: .init(DecisionSequence(space)), settings: .init(), seed: 4, examples: examples)
    }

    @Test func `it learns to rank and decode unseen strings, and to improve them`() throws {
        let edges = (0..<6).map { SearchSpace.Gene("\($0)", [.init("operation", ["a", "b", "c"])]) }
        let space = try SearchSpace(edges)
        let training = Self.examples(200, space, seed: 1)
        let known = Set(training.map(\.choices))
        let others = Self.examples(200, space, seed: 2).filter { !known.contains($0.choices) }
        #expect(others.count > 50)
        var request = Self.request(space, training)
        request.heldOut = others
        request.parents = others.prefix(30).map(\.choices)
        request.steps = [0, 10]
        request.placed = request.parents
        let process = AutoencoderProcess()
        let report = try process.learn(request)
        let heldOut = try #require(report.heldOut)
        #expect(heldOut.ranking > 0.9)
        #expect(heldOut.distance < 0.15)
        #expect(report.learned.ranking > heldOut.ranking - 0.05)
        #expect(report.points.count == 30)
        for point in report.points {
            let length = point.reduce(0) { $0 + $1 * $1 }
            #expect(abs(length - 1) < 1e-4)
        }
        func good(_ strings: [AutoencoderRequest.Example]) -> Int { strings.flatMap(\.choices).count { $0 == 1 } }
        #expect(good(report.read[1]) > good(report.read[0]) + 30)
        #expect(try process.learn(request) == report, "learning again gives the same result")

        request.settings.steps = 0
        let unlearned = try process.learn(request)
        #expect(try #require(unlearned.heldOut).distance > 0.4)
    }

    @Test func `strings of different lengths are decoded with the genes that they skip`() throws {
        let space = try layeredModality()
        let sequence = DecisionSequence(space)
        let training = Self.examples(300, space, seed: 3)
        #expect(Set(training.map { $0.choices.count { $0 == nil } }).count > 3)
        var request = Self.request(space, training)
        request.parents = training.map(\.choices)
        request.placed = request.parents
        request.steps = [0, 3]
        let report = try AutoencoderProcess().learn(request)
        #expect(report.learned.distance < 0.2)
        #expect(report.heldOut == nil)
        // More than a pipe holds at once.
        #expect(report.points.count == training.count)
        #expect(report.read.map(\.count) == [training.count, training.count])
        for string in report.read.joined() {
            #expect(sequence.choices(of: sequence.genome(of: string.choices)) == string.choices)
        }
    }

    @Test func `it ranks and decodes unseen fused networks of two modalities`() throws {
        let space = try twoModalities()
        let sequence = DecisionSequence(space)
        var generator = SeededGenerator(seed: 9)
        let genomes = Set((0..<600).map { _ in space.random(using: &generator) }).sorted { "\($0)" < "\($1)" }
        let known = genomes.map { objective(of: $0) }.sorted()
        let examples = genomes.map { genome in
            let worse = known.firstIndex(of: objective(of: genome)) ?? 0
            return AutoencoderRequest.Example(
                choices: sequence.choices(of: genome), worth: Double(worse) / Double(known.count))
        }.shuffled(using: &generator)
        var request = Self.request(space, Array(examples.prefix(200)))
        request.heldOut = Array(examples.dropFirst(200))
        let heldOut = try #require(try AutoencoderProcess().learn(request).heldOut)
        #expect(heldOut.ranking > 0.85)
        #expect(heldOut.distance < 0.1)
    }

    @Test func `a trial is an example with its equivalents`() throws {
        let edges = (0..<6).map { SearchSpace.Gene("\($0)", [.init("operation", ["none", "skip", "convolution"])]) }
        let space = try SearchSpace(edges, symmetry: .cell(nodes: 4, zero: 1, identity: 2))
        let sequence = DecisionSequence(space)
        let strategy = NeuralOptimization(settings: .init(), space: space, seed: 1)
        var history = SearchHistory(in: space)
        // In a cell whose first edges carry nothing, the other edges do not matter.
        try history.follow(Proposal(number: 0, genome: try Genome("1-1-3-3-3-3"), origin: ""), .objective(0.5))
        try history.follow(Proposal(number: 1, genome: try Genome("3-3-3-3-3-3"), origin: ""), .objective(0.9))
        let view = SearchView(history: history, visible: 2) { _ in true }
        var generator = SeededGenerator(seed: 1)
        let examples = strategy.examples(
            strategy.trials(view), view, Enumeration(space) { _ in true }, using: &generator)
        let first = examples.filter { $0.worth == 0 }
        #expect(first.count == 4 && Set(first.map(\.choices)).count == 4)
        #expect(Set(first.map { space.form(of: sequence.genome(of: $0.choices)) }).count == 1)
    }

    @Test func `nonsensical training data is refused with the reason, and the next is learned`() throws {
        let space = try twoModalities()
        let process = AutoencoderProcess()
        var examples = Self.examples(20, space, seed: 1)
        let sound = Self.request(space, examples)
        examples[3].choices[0] = 7
        let failure = #expect(throws: Failure.self) { try process.learn(Self.request(space, examples)) }
        #expect(failure?.message.contains("slot 0 has no choice 7") == true, "\(failure?.message ?? "")")
        #expect(try process.learn(sound).learned.ranking > 0.5)
    }

    @Test func `a missing program is named with its path`() {
        let failure = #expect(throws: Failure.self) { _ = try HelperProcess("gyrus-nothing") }
        #expect(failure?.code == .unavailable)
        #expect(failure?.message.contains("/gyrus-nothing cannot be started") == true, "\(failure?.message ?? "")")
    }
}
