public import Model

/// Networks of one structure for any input that it can take: what searches choose from.
///
/// ```swift
/// let family = try #require(StructureFamily.named("TextCNN"))
/// let texts = InputSignature(kind: .text, shape: [64], vocabulary: 8_000)
/// let network = try family.network(input: "text", texts, outputs: 4, width: 0.5)
/// ```
/// Every network ends with a linear layer that gives the outputs, so that it can be joined with others before it.
public struct StructureFamily: Sendable {
    /// What a network reads, by which kinds of data that look alike are told apart.
    public enum Form: String, Hashable, Sendable, CaseIterable {
        /// Channels of a picture.
        case picture
        /// Channels of bands over frames of a sound.
        case spectrogram
        /// Channels of a sound over time.
        case waveform
        /// Numbers of tokens.
        case text
        /// Columns of a table.
        case table
        /// Channels of measurements over time.
        case series
        /// What a frozen pretrained network makes of a picture or a sound.
        case features

        /// The form of an input; nil where no family takes it.
        public init?(_ signature: InputSignature) {
            switch (signature.kind, signature.shape.count) {
            case (.image, 3): self = .picture
            case (.audio, 3): self = .spectrogram
            case (.audio, 2): self = .waveform
            case (.text, 1): self = .text
            case (.table, 1): self = .table
            case (.series, 2): self = .series
            case (.image, 1), (.audio, 1): self = .features
            case (.image, _), (.audio, _), (.text, _), (.table, _), (.series, _), (.video, _): return nil
            }
        }

        /// An input of usual size, on which structures are tried.
        public var usualInput: InputSignature {
            switch self {
            case .picture: .init(kind: .image, shape: [3, 32, 32])
            case .spectrogram: .init(kind: .audio, shape: [1, 40, 98])
            case .waveform: .init(kind: .audio, shape: [1, 8_000])
            case .text: .init(kind: .text, shape: [64], vocabulary: 1_000)
            case .table: .init(kind: .table, shape: [10])
            case .series: .init(kind: .series, shape: [3, 100])
            case .features: .init(kind: .image, shape: [64])
            }
        }

        /// The sizes of an input by their names in users' structures.
        func sizes(of signature: InputSignature) -> [String: Int] {
            let shape = signature.shape
            switch self {
            case .picture: return ["channels": shape[0], "size": min(shape[1], shape[2])]
            case .spectrogram: return ["channels": shape[0], "bands": shape[1], "length": shape[2]]
            case .waveform, .series: return ["channels": shape[0], "length": shape[1]]
            case .text: return ["length": shape[0], "vocabulary": signature.vocabulary ?? 0]
            case .table, .features: return ["columns": shape[0]]
            }
        }
    }

    /// What a network is wanted for.
    struct Request {
        let name: String
        let input: String
        let signature: InputSignature
        let outputs: Int
        let width: Double
        let depth: Double

        var shape: [Int] { signature.shape }

        /// A chain of layers that reads the input.
        var chain: LayerChain { LayerChain(name, input: input, shape: shape) }

        /// Channels or features at this width, a multiple of a number and at least that.
        func wide(_ count: Int, multipleOf step: Int = 1) -> Int {
            max(step, Int((Double(count) * width / Double(step)).rounded()) * step)
        }

        /// Blocks at this depth, at least one.
        func deep(_ count: Int) -> Int { max(1, Int((Double(count) * depth).rounded())) }

        /// How many tokens there are.
        var vocabulary: Int {
            get throws {
                guard let vocabulary = signature.vocabulary else {
                    throw Failure(
                        .invalidArgument, "Input '\(input)' has texts, but does not say how many tokens there are.")
                }
                return vocabulary
            }
        }
    }

    /// Name, such as `ResNet`.
    public let name: String
    /// Family in the sense of table 1, such as `LeNet`.
    public let category: String
    /// What its networks can read.
    public let forms: Set<Form>
    /// Of those the ones for which searches choose it where a scenario names no structures.
    public let usualForms: Set<Form>
    /// The areas, each as closely as it is meant, of which one must be activated; none where the form alone decides.
    public let areas: [String]
    /// What it does, such as `classification`.
    public let functions: [String]
    /// Who described it first, and where.
    public let source: String
    /// The frozen network whose features its networks read; nil where they read a modality itself.
    public let frozen: FrozenPart?
    private let build: @Sendable (Request) throws -> NetworkDescription

    /// - Parameter usual: All forms where it is left out.
    init(
        _ name: String, category: String? = nil, _ forms: Set<Form>, usual: Set<Form>? = nil, areas: [String],
        functions: [String] = ["classification"], source: String, frozen: FrozenPart? = nil,
        build: @escaping @Sendable (Request) throws -> NetworkDescription
    ) {
        self.name = name
        self.category = category ?? name
        self.forms = forms
        usualForms = usual ?? forms
        self.areas = areas
        self.functions = functions
        self.source = source
        self.frozen = frozen
        self.build = build
    }

    /// Whether its networks can read an input, unless that is too small for them.
    public func takes(_ signature: InputSignature) -> Bool {
        Form(signature).map(forms.contains) ?? false
    }

    /// The network for an input.
    /// - Parameters:
    ///   - input: Name of the network's input.
    ///   - signature: What it reads.
    ///   - outputs: How many numbers it gives.
    ///   - width: Multiplies channels and features; at least one remains.
    ///   - depth: Multiplies blocks, where the family has any; at least one remains.
    /// - Throws: `Failure` with code `invalid-argument` where the family cannot take the input at this size.
    public func network(
        input: String, _ signature: InputSignature, outputs: Int, width: Double = 1, depth: Double = 1
    ) throws -> NetworkDescription {
        guard takes(signature) else {
            throw Failure(
                .invalidArgument,
                "\(name) reads \(forms.map(\.rawValue).sorted().joined(separator: ", ")), not \(signature.kind.rawValue) "
                    + "of shape \(signature.shape).")
        }
        guard width > 0, width <= 1024, depth > 0, depth <= 64 else {
            throw Failure(
                .invalidArgument,
                "\(name) has width \(width) and depth \(depth); above 0 and at most 1024 and 64 are needed.")
        }
        let title = width == 1 ? name : "\(name)×\(width)"
        return try build(
            Request(
                name: title, input: input, signature: signature, outputs: outputs, width: width, depth: depth))
    }

    /// All families, in the order in which searches choose from them: good ones for few samples and short trainings first.
    public static let all = tableSix + pictures + sounds + texts + tables + series + published

    /// The family of a name; nil where there is none.
    public static func named(_ name: String) -> StructureFamily? { byName[name] }

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}
