import Model
import Testing

@Suite struct ArtificialCodeTests {
    static let example = "ResNet18; image, motion; detection, classification; ResNet; CIFAR10; 2M; 96%; SGD; PyTorch1.6"

    @Test func `the example of table 1 reads into its nine fields`() throws {
        let code = try ArtificialCode(Self.example)
        #expect(code.name == "ResNet18")
        #expect(code.areas == ["image", "motion"])
        #expect(code.functions == ["detection", "classification"])
        #expect(code.category == "ResNet")
        #expect(code.dataset == "CIFAR10")
        #expect(code.size.parameters == 2_000_000)
        #expect(code.accuracy?.fraction == 0.96)
        #expect(code.optimizer == "SGD")
        #expect(code.platform == "PyTorch1.6")
        #expect(code.description == Self.example)
    }

    @Test(arguments: [
        example,
        "LeNet5x0.5+LeNet3; image, audio; classification; fusion; av-mnist; 44.40K; 95.45%; Adam+SGD; Gyrus1.0",
        "N; a; f; c; d; 0; -; o; p",
        "N; a; f; c; d; 1234; 0.50%; o; p",
        "N; a b; f; c; d; 10.0T; 100%; o; p",
        "Nätz™; a; f; c; d; 0.005G; 100.0%; o; p",
    ])
    func `text and integers are converted back to the same code`(text: String) throws {
        let code = try ArtificialCode(text)
        #expect(code.description == text)
        var dictionaries = CodeDictionaries()
        _ = dictionaries.encodeAdding(try ArtificialCode(Self.example))
        let (numbers, added) = dictionaries.encodeAdding(code)
        #expect(try dictionaries.decode(numbers) == code)
        #expect(try dictionaries.decode(numbers).description == text)
        #expect(try dictionaries.encode(code) == numbers)
        #expect(text == Self.example ? added.isEmpty : !added.isEmpty)
        let stored = try CodeDictionaries(dictionaries.terms)
        #expect(try stored.decode(numbers) == code)
    }

    @Test func `spaces around separators do not matter`() throws {
        let loose = "ResNet18;image ,motion; detection,classification ;ResNet;CIFAR10;2M;96%;SGD;PyTorch1.6"
        #expect(try ArtificialCode(loose).description == Self.example)
    }

    @Test(arguments: [
        ("a; b", "2 fields"), ("; a; f; c; d; 1; 1%; o; p", "'name'"), ("N; a,; f; c; d; 1; 1%; o; p", "'areas'"),
        ("N; a, a; f; c; d; 1; 1%; o; p", "twice"), ("N; a; f; c; d; 2X; 1%; o; p", "not a size"),
        ("N; a; f; c; d; 02M; 1%; o; p", "not a size"), ("N; a; f; c; d; 1.; 1%; o; p", "not a size"),
        ("N; a; f; c; d; 1234567890; 1%; o; p", "not a size"), ("N; a; f; c; d; 1; 101%; o; p", "not an accuracy"),
        ("N; a; f; c; d; 1; 96; o; p", "not an accuracy"), ("N; a; f; c; d; 1; -1%; o; p", "not an accuracy"),
    ])
    func `a broken text is refused with its field`(text: String, mention: String) throws {
        let failure = #expect(throws: Failure.self) { try ArtificialCode(text) }
        #expect(failure?.message.contains(mention) == true)
    }

    @Test(arguments: [[], [1], [1, 9, 9], [1, 1, 1, 1, 1, 1, 1, 2, 0, 9, 0, 1, 1], [7, 1, 1]] as [[UInt32]])
    func `broken integers are refused`(numbers: [UInt32]) throws {
        var dictionaries = CodeDictionaries()
        _ = dictionaries.encodeAdding(try ArtificialCode(Self.example))
        #expect(throws: Failure.self) { try dictionaries.decode(numbers) }
    }

    @Test func `truncated and extended integers are refused`() throws {
        var dictionaries = CodeDictionaries()
        let (numbers, _) = dictionaries.encodeAdding(try ArtificialCode(Self.example))
        for count in numbers.indices {
            #expect(throws: Failure.self) { try dictionaries.decode(Array(numbers.prefix(count))) }
        }
        #expect(throws: Failure.self) { try dictionaries.decode(numbers + [1]) }
    }

    @Test func `an unknown word is refused by name unless it may be added`() throws {
        let failure = #expect(throws: Failure.self) {
            try CodeDictionaries().encode(try ArtificialCode(Self.example))
        }
        #expect(failure?.message.contains("ResNet18") == true)
    }

    @Test func `a number stands for one word forever`() throws {
        var dictionaries = try CodeDictionaries([.init(kind: .names, number: 7, text: "A")])
        #expect(dictionaries.add("B", to: .names) == 8)
        #expect(dictionaries.add("A", to: .names) == 7)
        #expect(throws: Failure.self) {
            try CodeDictionaries([.init(kind: .names, number: 1, text: "A"), .init(kind: .names, number: 1, text: "B")])
        }
    }

    @Test(
        arguments: [
            (0, "0"), (999, "999"), (1000, "1K"), (44426, "44.4K"), (2_000_000, "2M"), (999_999, "1M"),
            (11_689_512, "11.7M"),
            (1_531_546, "1.53M"), (175_000_000_000, "175G"),
        ] as [(UInt64, String)])
    func `a number of parameters is written in three digits`(parameters: UInt64, text: String) {
        #expect(ParameterSize(parameters: parameters).description == text)
    }

    @Test func `an accuracy is rounded to hundredths of a percent`() throws {
        #expect(try AccuracyPercentage(fraction: 0.95453).description == "95.45%")
        #expect(throws: Failure.self) { try AccuracyPercentage(fraction: 1.01) }
        #expect(throws: Failure.self) { try AccuracyPercentage(fraction: .nan) }
    }
}

@Suite struct IdentifierTests {
    @Test func `IDs of scenarios and trials are parsed`() throws {
        let scenario = ScenarioID.random()
        #expect(try ScenarioID(scenario.text) == scenario)
        let trial = TrialID(scenario: scenario, number: 12)
        #expect(try TrialID(trial.description) == trial)
    }

    @Test(arguments: ["", "-a", "A", "a/b", "a b", String(repeating: "a", count: 65)])
    func `an invalid scenario ID is refused`(text: String) {
        #expect(throws: Failure.self) { try ScenarioID(text) }
    }

    @Test(arguments: ["a", "a/", "a/-1", "a/01", "a/1/2", "/1"])
    func `an invalid trial ID is refused`(text: String) {
        #expect(throws: Failure.self) { try TrialID(text) }
    }
}
