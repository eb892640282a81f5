import Foundation
import Model
import Networks
import Safetensors
import Testing
import Torch

/// Losses and their gradients compared with PyTorch 2.1 for the same numbers.
@Suite struct LossTests {
    private static let inputs: [Float] = [
        -0.125, 0.375, -0.75, 0.125, 0.625, -0.25, 1.625, -1.625, 0.375, 0.625, 0.75, 0, -0.375, 0.5, -0.125, -1.75,
        0.5,
        0.25, 0.375, 1.375, 0.375, 0, 0.75, -0.125,
    ]
    private static let weight: [Float] = [
        -0.3125, -0.5, 0.375, 0.125, -0.1875, 0.0625, -0.5625, 0.25, -0.75, -0.3125, 0.0625, -0.125,
    ]
    private static let bias: [Float] = [0.25, 0, 0.6875]
    private static let classes: [Int32] = [0, 1, 0, 2, 0, 0]
    private static let labels: [Float] = [1, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1]
    private static let numbers: [Float] = [
        1.5, 2.25, -1.25, 0, -0.75, -1.75, -2.5, -1.25, -1, -1.25, 1, 3, -0.5, -6.25, -0.75, 2.75, -0.75, 3.25,
    ]

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let kind: Target.Kind
        let how: TrainingLoss
        let loss: Double
        /// Of weights, then of biases.
        let gradient: [Float]
    }

    static let cases = [
        Case(
            testDescription: "classes", kind: .classification, how: TrainingLoss(), loss: 1.2946738,
            gradient: [
                -0.0753735, -0.1453198, 0.0301107, -0.3292395, -0.0681528, 0.1119473, -0.2403972, 0.2780474, 0.1435263,
                0.0333725, 0.2102865, 0.0511921, -0.3318772, 0.0484223, 0.2834549,
            ]),
        Case(
            testDescription: "balanced and smoothed classes", kind: .classification,
            how: TrainingLoss(labelSmoothing: 0.1, classWeights: .balanced), loss: 1.5028452,
            gradient: [
                0.0281258, -0.0643378, 0.2037871, -0.4049388, -0.1873049, 0.1166427, -0.4811176, 0.4234411, 0.1591791,
                -0.0523049, 0.2773306, -0.0185023, 0.0330253, -0.1848616, 0.1518363,
            ]),
        Case(
            testDescription: "labels", kind: .multiLabel, how: TrainingLoss(), loss: 0.7162349,
            gradient: [
                -0.0137871, -0.0297865, 0.0318462, -0.1368326, 0.0024991, 0.0082965, -0.0111108, -0.0183247, -0.0138849,
                0.065639, -0.0456529, 0.0074302, -0.0412222, 0.084461, 0.0960181,
            ]),
        Case(
            testDescription: "balanced labels", kind: .multiLabel, how: TrainingLoss(classWeights: .balanced),
            loss: 0.9081488,
            gradient: [
                -0.0005627, -0.0129246, 0.0433143, -0.1199199, -0.0484494, -0.0766177, -0.1130078, -0.0183247,
                -0.0341951, 0.0705555, -0.093648, 0.0420603, 0.0100942, -0.0514017, 0.0549682,
            ]),
        Case(
            testDescription: "numbers", kind: .regression, how: TrainingLoss(), loss: 4.7616372,
            gradient: [
                0.0717231, 0.1779514, 0.2825521, -0.1910807, 0.4211154, 0.1067708, 0.3844401, 1.3088108, 0.202908,
                0.0125868, 0.2056207, 0.1518012, 0.1171875, 0.4010416, 0.1710069,
            ]),
        Case(
            testDescription: "numbers of which large errors count linearly", kind: .regression,
            how: TrainingLoss(huber: 0.5), loss: 0.7433964,
            gradient: [
                0.0243056, 0.0208333, 0.0729167, -0.0555556, 0.0255534, 0.0069444, 0.0198568, 0.1268989, 0.0381944,
                0.0138889, 0.0381944, 0.0486111, 0.0555556, -0.015191, 0.0555556,
            ]),
    ]

    /// All inputs are multiples of 1/8, so any type that stores them exactly gives the same numbers.
    enum Storage: CaseIterable {
        case float32, float16, int32, bytesOfChannels

        func modality(_ inputs: [Float]) -> (SampleSource.Modality, StoredRows) {
            let channels: [Float] = [1, 2, 3, 4]
            let rows: StoredRows =
                switch self {
                case .float32: StoredRows(inputs)
                case .float16: StoredRows(inputs.map { Float16($0).bitPattern })
                case .int32: StoredRows(inputs.map { Int32($0 * 8) })
                case .bytesOfChannels:
                    StoredRows(inputs.enumerated().map { UInt8(($1 + channels[$0 % 4]) * 8) })
                }
            let type: SampleSource.ElementType =
                switch self {
                case .float32: .float32
                case .float16: .float16
                case .int32: .int32
                case .bytesOfChannels: .uint8
                }
            let scale: Float = type == .int32 || type == .uint8 ? 0.125 : 1
            let isPerChannel = self == .bytesOfChannels
            let modality = SampleSource.Modality(
                name: "table", shape: [4], elementType: type,
                scales: isPerChannel ? [scale, scale, scale, scale] : [scale],
                offsets: isPerChannel ? channels.map(-) : [0], rows: rows.bytes, indices: [0, 1, 2, 3, 4, 5])
            return (modality, rows)
        }
    }

    private static func samples(_ kind: Target.Kind, stored: Storage) throws -> SampleSource {
        let (modality, rows) = stored.modality(inputs)
        let answers: SampleSource.Answers =
            switch kind {
            case .classification: .classes(classes)
            case .multiLabel: .numbers(labels)
            case .regression: .numbers(numbers)
            }
        return try SampleSource(
            target: Target(kind, names: ["a", "b", "c"]), modalities: [modality], answers: answers, owner: rows)
    }

    private static let network = NetworkDescription(
        name: "linear", inputs: [.init(name: "table", shape: [4])],
        layers: [Layer("head", .linear(features: 3), from: "table")])

    @Test(arguments: cases, Storage.allCases)
    func `losses and gradients match PyTorch's`(_ example: Case, _ storage: Storage) throws {
        let folder = try TemporaryDirectory()
        let file = folder.file("weights.safetensors")
        try SafetensorsFile.write(
            [
                try Tensor("head.weight", shape: [3, 4], Self.weight), try Tensor("head.bias", shape: [3], Self.bias),
            ], to: file.path)
        // One step of plain gradient descent with rate 1 moves by the gradient.
        let plan = try TrainingPlan(
            optimizers: [.init(rule: .sgd, learningRate: 1)], epochs: 1, batch: 6, seed: 1, loss: example.how)
        let samples = try Self.samples(example.kind, stored: storage)
        let session = try TrainingSession(Self.network, plan: plan, samples: samples, weights: [(file, "")])
        let epoch = try session.finishEpoch()
        #expect(abs(epoch.loss - example.loss) < 1e-6)
        let before = Self.weight + Self.bias
        let after = try session.network.values(of: "head.weight") + session.network.values(of: "head.bias")
        for place in before.indices {
            #expect(abs(before[place] - after[place] - example.gradient[place]) < 1e-6)
        }
    }

    @Test func `networks are scored by the default loss of their target`() throws {
        let folder = try TemporaryDirectory()
        let file = folder.file("weights.safetensors")
        try SafetensorsFile.write(
            [
                try Tensor("head.weight", shape: [3, 4], Self.weight), try Tensor("head.bias", shape: [3], Self.bias),
            ], to: file.path)
        let network = try ScriptedNetwork(Self.network, seed: 1)
        try network.loadWeights(from: [(file, "")])
        for example in Self.cases where example.how == TrainingLoss() {
            let evaluation = try network.evaluate(on: Self.samples(example.kind, stored: .float32))
            #expect(abs(evaluation.loss - example.loss) < 1e-6)
            #expect(evaluation.outputs.count == 18 && evaluation.samples == 6)
        }
    }

    @Test(arguments: [
        (Target.Kind.multiLabel, TrainingLoss(labelSmoothing: 0.1), "label-smoothing is for classes"),
        (.regression, TrainingLoss(classWeights: .balanced), "class-weights are for classes and labels"),
        (.classification, TrainingLoss(huber: 1), "huber is for numbers"),
        (.classification, TrainingLoss(labelSmoothing: 1), "at least 0 and below 1"),
    ])
    func `a loss that does not fit the target is refused`(
        _ kind: Target.Kind, _ loss: TrainingLoss, _ reason: String
    ) throws {
        let plan = try TrainingPlan(
            optimizers: [.init(rule: .sgd, learningRate: 1)], epochs: 1, batch: 6, seed: 1, loss: loss)
        let failure = #expect(throws: Failure.self) {
            try TrainingSession(Self.network, plan: plan, samples: Self.samples(kind, stored: .float32))
        }
        #expect(failure?.message.contains(reason) == true)
    }

    @Test func `answers that do not fit the target are refused`() throws {
        let (modality, rows) = Storage.float32.modality(Self.inputs)
        func made(_ kind: Target.Kind, _ answers: SampleSource.Answers) throws -> SampleSource {
            try SampleSource(
                target: Target(kind, names: ["a", "b", "c"]), modalities: [modality], answers: answers, owner: rows)
        }
        var labels = Self.labels
        labels[4] = 0.5
        let failure = #expect(throws: Failure.self) { try made(.multiLabel, .numbers(labels)) }
        #expect(failure?.message.contains("Sample 1 has 0.5 for 'b'") == true)
        #expect(throws: Failure.self) { try made(.regression, .classes(Self.classes)) }
        #expect(throws: Failure.self) { try made(.regression, .numbers([.nan] + Self.numbers.dropFirst())) }
        #expect(throws: Failure.self) { try made(.regression, .numbers(Array(Self.numbers.dropLast()))) }
        #expect(
            try made(.multiLabel, .numbers(Self.labels)).selecting([2, 0]).answers == .numbers([1, 1, 0, 1, 0, 0]))
    }
}

/// Memory of rows. Unchecked: only read after it was written.
final class StoredRows: @unchecked Sendable {
    let bytes: UnsafeRawBufferPointer

    init<Element: BitwiseCopyable>(_ values: [Element]) {
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: values.count * MemoryLayout<Element>.stride, alignment: 16)
        values.withUnsafeBytes { memory.copyMemory(from: $0) }
        bytes = UnsafeRawBufferPointer(memory)
    }

    deinit { bytes.deallocate() }
}
