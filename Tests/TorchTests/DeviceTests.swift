import Foundation
import Model
import Networks
import Testing

@testable import Torch

/// Runs code paths for GPUs on the CPU: `isLikeDevice` makes it compute like a GPU.
@Suite struct DeviceTests {
    static let network = Result {
        try TableSix.leNet5.network(input: "image", shape: [1, 28, 28], classes: 10, normalized: false)
    }

    static func place(_ precision: String = "fp32", isLikeDevice: Bool = false) throws -> ComputePlace {
        var place = try ComputePlace(device: "cpu", precision: precision)
        place.isLikeDevice = isLikeDevice
        return place
    }

    static func trained(
        on place: ComputePlace, _ optimizer: Optimizer, clipping: Double? = nil,
        prepare: (TrainingSession) throws -> Void = { _ in }
    ) throws -> (weights: [String: [Float]], last: TrainingSession.Epoch, session: TrainingSession) {
        let plan = try TrainingPlan(
            optimizers: [optimizer], epochs: 3, batch: 20, seed: 7, schedule: LearningSchedule(clipping: clipping))
        let session = try TrainingSession(
            Self.network.get(), plan: plan, samples: try SyntheticRows.source(count: 100), on: place)
        try prepare(session)
        let epochs = try (0..<3).map { _ in try session.finishEpoch() }
        return (try TrainingTests.weights(session.network), try #require(epochs.last), session)
    }

    static func distance(_ one: [String: [Float]], _ other: [String: [Float]]) -> Float {
        one.map { name, values in zip(values, other[name] ?? []).map { abs($0 - $1) }.max() ?? .infinity }.max() ?? 0
    }

    // MARK: Devices

    static let gpus = [
        ComputeOffer(device: .cuda(0), model: "NVIDIA H200", memory: 139 << 30),
        ComputeOffer(device: .cuda(1), model: "NVIDIA A2", memory: 15 << 30),
    ]

    @Test(arguments: [
        ("cuda:2", ComputePrecision.fp32, "The device 'cuda:2' cannot be used.", "cuda:1 (NVIDIA A2, 15 GiB)"),
        ("gpu", .fp32, "There is no device 'gpu'", "use cpu, cuda, cuda:N or auto"),
        ("cuda:-1", .fp32, "There is no device 'cuda:-1'", "cuda:0 (NVIDIA H200, 139 GiB)"),
        ("cpu", .fp16, "A CPU computes in fp32 or bf16", "cuda:0 (NVIDIA H200, 139 GiB)"),
    ])
    func `a missing device is named, with the existing ones`(
        _ device: String, _ precision: ComputePrecision, _ problem: String, _ inventory: String
    ) throws {
        let failure = try #require(throws: Failure.self) {
            try ComputePlace(device, precision, gpus: Self.gpus, usable: 2)
        }
        #expect(failure.message.contains(problem) && failure.message.contains(inventory), "\(failure.message)")
    }

    @Test func `a libtorch without CUDA is distinguished from a machine without a GPU`() throws {
        let without = try #require(throws: Failure.self) {
            try ComputePlace("cuda", .fp32, gpus: Self.gpus, usable: 0)
        }
        #expect(without.message.contains("it was built without CUDA"), "\(without.message)")
        let nothing = try #require(throws: Failure.self) { try ComputePlace("cuda", .fp32, gpus: [], usable: 0) }
        #expect(nothing.message.contains("This machine has cpu; NVIDIA's driver reports no GPU."), "\(nothing.message)")
    }

    @Test func `auto takes the first GPU if there is one`() throws {
        #expect(try ComputePlace("auto", .bf16, gpus: Self.gpus, usable: 2).device == .cuda(0))
        #expect(try ComputePlace("auto", .bf16, gpus: Self.gpus, usable: 0).device == .cpu)
        #expect(try ComputePlace("cuda:1", .fp16, gpus: Self.gpus, usable: 2).device == .cuda(1))
    }

    @Test func `the CPU reports its memory`() throws {
        let offer = try Self.place().offer
        #expect(offer.memory > 1 << 28 && offer.usedMemory <= offer.memory && offer.device == .cpu)
    }

    // MARK: Trainings

    @Test(.timeLimit(.minutes(2)), arguments: Optimizer.Rule.allCases)
    func `training code for devices gives the same result on the CPU`(_ rule: Optimizer.Rule) throws {
        let optimizer = Optimizer(
            rule: rule, learningRate: rule == .sgd ? 0.05 : 0.001, weightDecay: 0.01, momentum: rule == .sgd ? 0.9 : 0)
        let exact = try Self.trained(on: Self.place(), optimizer, clipping: 0.5)
        let alike = try Self.trained(on: Self.place(isLikeDevice: true), optimizer, clipping: 0.5)
        // RMSprop divides by roots that are initially near zero, which amplifies rounding differences.
        let tolerance = rule == .rmsprop ? 0.05 : 1e-3
        #expect(Double(Self.distance(exact.weights, alike.weights)) < tolerance)
        #expect(exact.weights != alike.weights, "both went the same way")
        #expect(abs(exact.last.loss - alike.last.loss) < tolerance * exact.last.loss)
        #expect(abs(exact.last.accuracy - alike.last.accuracy) < 0.05)
    }

    @Test(.timeLimit(.minutes(2))) func `16-bit training is as accurate as 32-bit training`() throws {
        let optimizer = Optimizer(rule: .adam, learningRate: 0.002)
        let exact = try Self.trained(on: Self.place(), optimizer)
        let half = try Self.trained(on: Self.place("bf16"), optimizer)
        #expect(abs(exact.last.loss - half.last.loss) < 0.15 * exact.last.loss)
        let samples = try SyntheticRows.source(count: 50, seed: 2)
        let whole = try half.session.network.evaluate(on: samples)
        let directory = try TemporaryDirectory()
        try half.session.network.save(to: directory.file("half.pt"))
        let fine = try ScriptedNetwork(loading: directory.file("half.pt"), on: Self.place()).evaluate(on: samples)
        #expect(whole.outputs != fine.outputs, "products in 16 bits round differently")
        #expect(zip(whole.outputs, fine.outputs).allSatisfy { abs($0 - $1) < 0.05 * max(1, abs($1)) })
    }

    @Test(.timeLimit(.minutes(2))) func `augmentation code for devices gives the same samples on the CPU`() throws {
        let optimizer = Optimizer(rule: .sgd, learningRate: 0.02)
        func augmented(_ place: ComputePlace, kind: ModalityKind) throws -> [String: [Float]] {
            try Self.trained(on: place, optimizer) { try $0.augment(.light, on: ["image": kind]) }.weights
        }
        for kind in [ModalityKind.image, .audio] {
            let exact = try augmented(Self.place(), kind: kind)
            let alike = try augmented(Self.place(isLikeDevice: true), kind: kind)
            #expect(Self.distance(exact, alike) < 1e-3)
        }
        let plain = try Self.trained(on: Self.place(), optimizer).weights
        #expect(Self.distance(plain, try augmented(Self.place(), kind: .image)) > 1e-3)
    }

    @Test(.timeLimit(.minutes(2)), arguments: [false, true])
    func `a mini-batch that does not fit is split, with the same result`(isLikeDevice: Bool) throws {
        let optimizer = Optimizer(rule: .sgd, learningRate: 0.05, momentum: 0.9)
        let place = try Self.place(isLikeDevice: isLikeDevice)
        let whole = try Self.trained(on: place, optimizer, clipping: 1)
        let parts = try Self.trained(on: place, optimizer, clipping: 1) { $0.limitMemory(toSamples: 6) }
        #expect(whole.session.batchParts == 1 && parts.session.batchParts == 4)
        #expect(Self.distance(whole.weights, parts.weights) < 1e-3)
        #expect(abs(whole.last.loss - parts.last.loss) < 1e-3 * whole.last.loss)
        #expect(abs(whole.last.accuracy - parts.last.accuracy) < 0.05, "of samples at the border")
    }

    @Test func `a single sample that does not fit ends the training`() throws {
        let failure = try #require(throws: Failure.self) {
            try Self.trained(on: Self.place(), Optimizer(rule: .sgd, learningRate: 0.1)) {
                $0.limitMemory(toSamples: -1)
            }
        }
        #expect(failure.code == .outOfMemory && !failure.isRetriable)
        #expect(failure.message.contains("not even one sample at a time fits into memory"), "\(failure.message)")
    }

    @Test(.timeLimit(.minutes(1))) func `threads that gather ahead change no bit`() throws {
        let optimizer = Optimizer(rule: .adam, learningRate: 0.002)
        let alone = try Self.trained(on: Self.place(), optimizer)
        ComputeThreads.loaders = 2
        defer { ComputeThreads.loaders = nil }
        let fed = try Self.trained(on: Self.place(), optimizer)
        #expect(alone.weights == fed.weights && alone.last == fed.last)
    }

    @Test(.timeLimit(.minutes(1))) func `a device's training resumes from a CPU checkpoint`() throws {
        let plan = try TrainingTests.plan(.adam, rate: 0.002, epochs: 3, batch: 20)
        let samples = try SyntheticRows.source(count: 100)
        let directory = try TemporaryDirectory()
        let undisturbed = try TrainingSession(Self.network.get(), plan: plan, samples: samples, on: Self.place())
        for _ in 0..<7 { _ = try undisturbed.train(batches: 1) }
        try undisturbed.writeCheckpoint(to: directory.file("checkpoint"))
        let device = try Self.place(isLikeDevice: true)
        let continued = try TrainingSession(Self.network.get(), plan: plan, samples: samples, on: device)
        try continued.restoreCheckpoint(from: directory.file("checkpoint"))
        while !undisturbed.isFinished { try undisturbed.finishEpoch() }
        while !continued.isFinished { try continued.finishEpoch() }
        let (one, other) = (undisturbed.network, continued.network)
        #expect(try Self.distance(TrainingTests.weights(one), TrainingTests.weights(other)) < 1e-3)
    }
}
