import CTorch
public import Model
public import Networks

/// Makes trainings that continue from a network's weights with new data. If the data has classes that the network does
/// not know, the network gets an output for each of them, after the known ones.
///
/// ```swift
/// let training = ContinualTraining(network: description, parent: parent, method: .replay)
/// let session = try training.session(on: new, earlier: [old], plan: plan)
/// while !session.isFinished { try session.finishEpoch() }
/// ```
public struct ContinualTraining {
    /// Default number of earlier samples to keep.
    public static let usualMemory = 4000
    /// Maximum number of repeated earlier samples per new one, so that many classes take bounded time.
    static let mostReplay = 16
    /// Number of earlier samples on which the importance of weights is measured.
    static let importanceSamples = 400
    /// Weight of the teacher's answers relative to the labels, and the temperature that softens them.
    static let teaching = (share: 1.0, temperature: 2.0)
    /// Stiffness of important weights.
    static let stiffness = 2000.0

    /// The trained network's layers, before it grows.
    public let network: NetworkDescription
    /// The trained network.
    public let parent: ScriptedNetwork
    /// How it learns.
    public let method: ContinualMethod
    /// Maximum number of earlier samples to use.
    public let memory: Int
    /// Classes that the network knows; nil if they follow from the earlier samples.
    public let knownClasses: [Int32]?

    /// Describes a training.
    public init(
        network: NetworkDescription, parent: ScriptedNetwork, method: ContinualMethod, memory: Int = usualMemory,
        knownClasses: [Int32]? = nil
    ) {
        self.network = network
        self.parent = parent
        self.method = method
        self.memory = memory
        self.knownClasses = knownClasses
    }

    /// The network with an output for each class of a target.
    /// - Throws: `Failure` if it cannot get more outputs.
    public func network(for target: Target) throws -> NetworkDescription {
        try network.growing(to: target.outputs).network
    }

    /// The parent as a network for a target: it never answers classes that it does not know.
    public func parent(for target: Target) throws -> ScriptedNetwork {
        let (grown, layers) = try network.growing(to: target.outputs)
        guard !layers.isEmpty else { return parent }
        let copy = try ScriptedNetwork(grown, seed: 0)
        try copy.takeWeights(of: parent, growing: layers, isSilent: true)
        return copy
    }

    /// A session that starts from the parent's weights.
    /// - Parameters:
    ///   - new: The new samples.
    ///   - earlier: Samples that it was trained on before, one source for each training.
    /// - Throws: `Failure` if the samples do not fit the network or each other, or if the method needs earlier ones.
    public func session(
        on new: SampleSource, earlier: [SampleSource], plan: TrainingPlan
    ) throws -> TrainingSession {
        guard !method.needsEarlierData || earlier.contains(where: { $0.count > 0 }) else {
            throw Failure(
                .invalidArgument,
                "The method '\(method.rawValue)' needs data that the network was trained on before, but there is none."
                    + " Use distillation, which needs none.")
        }
        let earlier = try earlier.map { try $0.answering(new.target) }
        let (network, grown) = try network.growing(to: new.target.outputs)
        let kept = try Self.memory(of: earlier, samples: memory, seed: plan.seed)
        let samples = try method == .replay ? Self.mixed(new, kept) : new
        let session = try TrainingSession(network, plan: plan, samples: samples)
        try session.network.takeWeights(of: parent, growing: grown)
        switch method {
        case .replay, .distillation:
            // For a network without classes, only replay is possible.
            guard new.target.kind == .classification || method == .distillation else { break }
            _ = try new.labels(for: "The method '\(method.rawValue)', which preserves a network's answers,")
            let classes = knownClasses ?? Set(earlier.flatMap { $0.labels ?? [] }).sorted()
            guard !classes.isEmpty else { break }
            try session.learn(
                from: parent, classes: classes, share: Self.teaching.share, temperature: Self.teaching.temperature)
        case .ewc:
            if let kept { try session.anchor(on: kept.chosen(Self.importanceSamples, seed: plan.seed), Self.stiffness) }
        case .fineTuning: break
        }
        return session
    }

    /// A given number of earlier samples, about equally many per source and class.
    static func memory(of earlier: [SampleSource], samples: Int, seed: UInt64) throws -> SampleSource? {
        let groups = earlier.enumerated().flatMap { number, source in
            source.places.map { (number, SplitMix64.order(of: $0, seed: seed)) }
        }
        guard !groups.isEmpty else { return nil }
        var chosen = earlier.map { _ in [Int]() }
        var left = samples
        // The smallest first, so that the others get the remainder.
        for (place, group) in groups.sorted(by: { $0.1.count < $1.1.count }).enumerated() {
            let share = group.1.prefix(left / (groups.count - place))
            chosen[group.0] += share
            left -= share.count
        }
        let sources = zip(earlier, chosen).filter { !$0.1.isEmpty }.map { $0.selecting($1.sorted()) }
        return sources.count == 1 ? sources[0] : sources.isEmpty ? nil : try .joining(sources)
    }

    /// New samples and earlier ones, each earlier class as often as the most frequent new one. Earlier samples repeat
    /// if there are fewer, because a network answers a class too rarely if it sees the class less often than others.
    static func mixed(_ new: SampleSource, _ kept: SampleSource?) throws -> SampleSource {
        guard let kept, kept.count > 0 else { return new }
        let classes = kept.places
        let wanted = new.places.map(\.count).max() ?? 0
        let share = min(wanted, mostReplay * new.count / classes.count)
        let chosen = classes.flatMap { samples in
            (0..<max(share, samples.count)).map { samples[$0 % samples.count] }
        }
        return try .joining([new, kept.selecting(chosen)])
    }
}

extension SampleSource {
    /// Positions of the samples of each existing class, or of all samples if they have no classes.
    fileprivate var places: [[Int]] {
        guard let labels else { return count == 0 ? [] : [Array(0..<count)] }
        return Dictionary(grouping: labels.indices) { labels[$0] }.sorted { $0.key < $1.key }.map(\.value)
    }
}

extension SplitMix64 {
    fileprivate static func order(of elements: [Int], seed: UInt64) -> [Int] {
        var generator = SplitMix64(seed: seed)
        var shuffled = elements
        generator.shuffle(&shuffled)
        return shuffled
    }
}

extension ScriptedNetwork {
    /// Copies the weights of a network of the same structure.
    /// - Parameters:
    ///   - layer: A layer that keeps its own weights.
    ///   - grown: Layers that have more outputs here; the additional ones keep their own weights.
    /// - isSilent: Whether the additional outputs are instead below the first output, or, without a bias, equal to it.
    ///   If outputs are equal, the first one is the answer, so the additional ones never are.
    public func takeWeights(
        of other: ScriptedNetwork, except layer: String? = nil, growing grown: [String] = [], isSilent: Bool = false
    ) throws {
        let theirs = Dictionary(uniqueKeysWithValues: other.tensors.map { ($0.name, $0) })
        for tensor in tensors where layer.map({ !tensor.name.hasPrefix("\($0).") }) ?? true {
            let isGrown = grown.contains { tensor.name.hasPrefix("\($0).") }
            guard let source = theirs[tensor.name],
                isGrown ? source.shape.dropFirst() == tensor.shape.dropFirst() : source.shape == tensor.shape,
                source.count <= tensor.count
            else {
                throw Failure(
                    .invalidArgument,
                    "The weights '\(tensor.name)' are missing in the other network or differ in shape.")
            }
            var values = source.values
            if isGrown {
                values += (isSilent ? Self.silent(source, count: tensor.count) : tensor.values).dropFirst(source.count)
            }
            values.withUnsafeBytes(tensor.write)
        }
    }

    /// The weights of the first output for each output, or its bias less 20.
    private static func silent(_ tensor: TensorView, count: Int) -> [Float] {
        let row = tensor.values.prefix(tensor.count / max(1, tensor.shape.first ?? 1))
        let isBias = tensor.shape.count == 1
        return (0..<count / max(1, row.count)).flatMap { _ in row.map { isBias ? $0 - 20 : $0 } }
    }
}

extension TrainingSession {
    /// Adds a teacher, whose answers for some classes count in addition to the labels.
    func learn(from teacher: ScriptedNetwork, classes: [Int32], share: Double, temperature: Double) throws {
        try call { error in
            gyrus_trainer_teach(
                handle, teacher.handle, classes, Int64(classes.count), share, temperature, error)
        }
        self.teacher = teacher
    }

    /// Ties weights to their current values, according to their importance for samples.
    func anchor(on samples: SampleSource, _ stiffness: Double) throws {
        ComputeThreads.prepare()
        try samples.withCSamples(for: network.inputs) { pointer in
            try call { gyrus_trainer_anchor(handle, pointer, Int64(samples.count), stiffness, $0) }
        }
    }

    private func call(_ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Bool) throws {
        var error: UnsafeMutablePointer<CChar>?
        guard body(&error) else {
            throw Failure(.invalidArgument, "The training cannot preserve earlier knowledge: \(takeMessage(error)).")
        }
    }
}
