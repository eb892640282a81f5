public import Model

/// Networks of one structure for any input that it accepts. Searches choose from families.
///
/// ```swift
/// let family = try #require(StructureFamily.named("TextCNN"))
/// let texts = InputSignature(kind: .text, shape: [64], vocabulary: 8_000)
/// let network = try family.network(input: "text", texts, outputs: 4, width: 0.5)
/// ```
/// Every network ends with a linear layer that computes the outputs, so that networks can be joined before that layer.
public struct StructureFamily: Sendable {
    /// The form of a network's input; distinguishes kinds of data whose shapes look alike.
    public enum Form: String, Hashable, Sendable, CaseIterable {
        /// Channels of a picture.
        case picture
        /// Channels of bands over frames of a sound.
        case spectrogram
        /// Channels of a sound over time.
        case waveform
        /// Token numbers.
        case text
        /// Columns of a table.
        case table
        /// Channels of measurements over time.
        case series
        /// Features that a frozen pretrained network computes from a picture, a sound or a text.
        case features

        /// The form of an input; nil if no family accepts it.
        public init?(_ signature: InputSignature) {
            switch (signature.kind, signature.shape.count) {
            case (.image, 3): self = .picture
            case (.audio, 3): self = .spectrogram
            case (.audio, 2): self = .waveform
            // Features of a text encoder are not tokens of a vocabulary.
            case (.text, 1): self = signature.vocabulary == nil ? .features : .text
            case (.table, 1): self = .table
            case (.series, 2): self = .series
            case (.image, 1), (.audio, 1): self = .features
            case (.image, _), (.audio, _), (.text, _), (.table, _), (.series, _), (.video, _): return nil
            }
        }

        /// An input of typical size, on which structures are tried.
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

        /// The input for which the zoo shows structures.
        func zooInput(isLarge: Bool) -> InputSignature {
            switch self {
            case .picture: InputSignature(kind: .image, shape: isLarge ? [3, 224, 224] : [3, 32, 32])
            case .spectrogram: InputSignature(kind: .audio, shape: [1, 40, 101])
            case .waveform: InputSignature(kind: .audio, shape: [1, 8_000])
            case .text: InputSignature(kind: .text, shape: [64], vocabulary: isLarge ? 30_522 : 8_000)
            case .table: InputSignature(kind: .table, shape: [16])
            case .series: InputSignature(kind: .series, shape: [3, 128])
            case .features: InputSignature(kind: .image, shape: [512])
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

    /// The request for a network.
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

        /// Channels or features at this width, rounded to a multiple of a number and at least that number.
        func wide(_ count: Int, multipleOf step: Int = 1) -> Int {
            max(step, Int((Double(count) * width / Double(step)).rounded()) * step)
        }

        /// Blocks at this depth, at least one.
        func deep(_ count: Int) -> Int { max(1, Int((Double(count) * depth).rounded())) }

        /// Number of different tokens.
        var vocabulary: Int {
            get throws {
                guard let vocabulary = signature.vocabulary else {
                    throw Failure(
                        .invalidArgument, "Input '\(input)' has texts, but no vocabulary size.")
                }
                return vocabulary
            }
        }
    }

    /// Name, such as `ResNet`.
    public let name: String
    /// Family in the sense of table 1, such as `LeNet`.
    public let category: String
    /// The forms of input that its networks can read.
    public let forms: Set<Form>
    /// The forms of input for which searches choose it if a scenario names no structures.
    public let usualForms: Set<Form>
    /// The areas, as specific as intended, of which one must be activated; empty if the form alone decides.
    public let areas: [String]
    /// What it does, such as `classification`.
    public let functions: [String]
    /// The publication that first described it.
    public let source: String
    /// The frozen network whose features its networks read; nil if they read a modality itself.
    public let frozen: FrozenPart?
    private let build: @Sendable (Request) throws -> NetworkDescription

    /// - Parameter usual: By default all forms.
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
    ///   - signature: The input that it reads.
    ///   - outputs: Number of outputs.
    ///   - width: Multiplies channels and features; at least one remains.
    ///   - depth: Multiplies blocks, if the family has any; at least one remains.
    /// - Throws: `Failure` with code `invalid-argument` if the family does not accept the input at this size.
    public func network(
        input: String, _ signature: InputSignature, outputs: Int, width: Double = 1, depth: Double = 1
    ) throws -> NetworkDescription {
        guard takes(signature) else {
            throw Failure(
                .invalidArgument,
                "\(name) reads \(forms.map(\.rawValue).sorted().joined(separator: ", ")), not "
                    + "\(signature.kind.rawValue) of shape \(signature.shape)"
                    + (signature.kind == .text && signature.vocabulary == nil ? " without a vocabulary size." : "."))
        }
        guard width > 0, width <= 1024, depth > 0, depth <= 64 else {
            throw Failure(
                .invalidArgument,
                "\(name) has width \(width) and depth \(depth); they must be above 0 and at most 1024 and 64.")
        }
        let title = width == 1 ? name : "\(name)×\(width)"
        return try build(
            Request(
                name: title, input: input, signature: signature, outputs: outputs, width: width, depth: depth))
    }

    /// All families, in the order in which searches choose from them: first those that suit few samples and short
    /// trainings.
    public static let all = tableSix + pictures + sounds + texts + tables + series + published

    /// The family with a given name; nil if there is none.
    public static func named(_ name: String) -> StructureFamily? { byName[name] }

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}
