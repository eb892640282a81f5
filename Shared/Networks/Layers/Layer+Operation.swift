extension Layer {
    /// What a layer computes: all kinds, with their settings.
    public enum Operation: Hashable, Sendable {
        // MARK: Windows

        /// A two-dimensional convolution.
        case convolution(Convolution)
        /// A depthwise convolution followed by a 1×1 convolution over channels.
        case separableConvolution(Convolution)
        /// Maximum of each window.
        case maximumPooling(kernel: Extent, stride: Extent, padding: Extent = 0)
        /// Mean of each window, including the zeros of the padding.
        case averagePooling(kernel: Extent, stride: Extent, padding: Extent = 0)
        /// Mean of each channel, as a vector.
        case globalAveragePooling
        /// Bilinear resizing.
        case resize(Extent)

        // MARK: Products

        /// A matrix product over the last dimension.
        case linear(features: Int, bias: Bool = true)
        /// A vector for each word of a row. Words are numbers from 0 to `vocabulary` − 1; other numbers are clamped.
        /// `[length]` becomes `[features, 1, length]`, to which 1×n convolutions apply.
        case embedding(vocabulary: Int, features: Int)
        /// The same as a sequence, `[length, features]`, in which the vector of token 0 is zero. Vectors start with the
        /// given standard deviation; PyTorch's default is 1.
        case tokenEmbedding(vocabulary: Int, features: Int, deviation: Double = 1)
        /// Numbers, from 1, for pairs of adjacent tokens; 0 if one of the two is 0, and at the end. Several pairs can
        /// share a number.
        case tokenPairs(numbers: Int)
        /// One vector for all tokens of a row and, unless `pairs` is 0, for all pairs of adjacent tokens: the sum of a
        /// learned vector for each, weighted by inverse document frequencies of the training samples, whose norm becomes
        /// 1. Token 0 is ignored; several pairs can share one of the `pairs` numbers.
        case tokenBag(vocabulary: Int, pairs: Int, features: Int, deviation: Double)
        /// The columns of a table as one vector: numbers unchanged, then `features` learned numbers for each category.
        case columns(categories: [Int], features: Int)
        /// The same, followed after the numbers by `features` learned sums of sines and cosines of each number.
        /// Frequencies start with the given standard deviation.
        case periodicColumns(categories: [Int], features: Int, frequencies: Int, deviation: Double)
        /// The columns of a table as a sequence `[columns, features]`: a learned vector times each number, or one for
        /// each category, and a learned vector for each column.
        case columnTokens(categories: [Int], features: Int)

        // MARK: Sequences

        /// Self-attention with several heads. Can also read the tokens of the sequence: nothing attends to token 0.
        case selfAttention(heads: Int, dropout: Double = 0)
        /// Adds an encoding of the position to each position of a sequence.
        case positions(Positions)
        /// Adds a learned vector to a sequence: the first of those for several kinds of text.
        case segments(count: Int)
        /// Prepends a learned vector to a sequence.
        case classToken
        /// One vector for a sequence. Can also read the tokens of the sequence: token 0 is ignored.
        case sequencePooling(SequencePooling)
        /// A recurrent layer. Can also read the tokens of the sequence: zeros at its end are ignored.
        case recurrent(Recurrent)
        /// The same values in another shape.
        case reshape([Int])
        /// Dimensions in another order, such as `[1, 0]`.
        case transpose([Int])

        // MARK: Normalization

        /// Normalization of each channel over the mini-batch; running statistics in evaluation.
        case batchNormalization(momentum: Double = 0.1, epsilon: Double = 1e-5)
        /// Normalization of each position: over the channels of `[channels, height, width]`, else over the last
        /// dimension.
        case layerNormalization(epsilon: Double = 1e-5)
        /// Normalization of each sample over groups of channels; as many groups as channels are instance normalization.
        case groupNormalization(groups: Int, epsilon: Double = 1e-5)
        /// Division of each position of the last dimension by its root mean square.
        case rootMeanSquareNormalization(epsilon: Double = 1e-6)
        /// A learned factor for each channel, or for each number of the last dimension.
        case scale(initial: Double)

        // MARK: Values one by one

        /// max(x, 0).
        case relu
        /// x above zero, slope·x below.
        case leakyRelu(slope: Double = 0.01)
        /// min(max(x, 0), 6).
        case relu6
        /// 1 / (1 + e^−x).
        case sigmoid
        /// The hyperbolic tangent.
        case tanh
        /// x·Φ(x), with the distribution function of the normal distribution.
        case gelu
        /// x·sigmoid(x).
        case silu
        /// x·min(max(x + 3, 0), 6) / 6.
        case hardSwish
        /// min(max(x + 3, 0), 6) / 6.
        case hardSigmoid
        /// Values above 0 that sum to 1 along the last dimension.
        case softmax
        /// Sets values to zero at random while training.
        case dropout(rate: Double)
        /// Sets whole samples to zero at random while training.
        case stochasticDepth(rate: Double)
        /// All values of a sample as one vector.
        case flatten

        // MARK: Several inputs

        /// Inputs one after another along channels or features.
        case concatenation
        /// Sum of the inputs.
        case addition
        /// Mean of the inputs.
        case mean
        /// Elementwise product of the inputs; a vector multiplies the channels of the first one.
        case multiplication
        /// Sum of the inputs, each with a learned weight; the weights are a softmax, so they are positive and sum to 1.
        case weightedSum
        /// The first input, a vector; for samples whose second input holds only zeros, a learned vector. During
        /// training, random samples are treated like those.
        case presence(rate: Double)
        /// Sum of all inputs but the first, weighted by the softmax of the first, a vector with one number for each of
        /// them: attention that depends on the sample.
        case attention
    }
}

extension Layer.Operation {
    /// The rules of the operation. This is the only switch over all kinds.
    var rules: any LayerRules {
        switch self {
        case .convolution(let settings): ConvolutionRules(settings: settings)
        case .separableConvolution(let settings): SeparableConvolutionRules(settings: settings)
        case .maximumPooling(let kernel, let stride, let padding):
            MaximumPoolingRules(window: .init(kernel: kernel, stride: stride, padding: padding))
        case .averagePooling(let kernel, let stride, let padding):
            AveragePoolingRules(window: .init(kernel: kernel, stride: stride, padding: padding))
        case .globalAveragePooling: GlobalAveragePoolingRules()
        case .resize(let size): ResizeRules(size: size)
        case .linear(let features, let bias): LinearRules(features: features, bias: bias)
        case .embedding(let vocabulary, let features): EmbeddingRules(vocabulary: vocabulary, features: features)
        case .tokenEmbedding(let vocabulary, let features, let deviation):
            TokenEmbeddingRules(vocabulary: vocabulary, features: features, deviation: deviation)
        case .tokenPairs(let numbers): TokenPairsRules(numbers: numbers)
        case .tokenBag(let vocabulary, let pairs, let features, let deviation):
            TokenBagRules(vocabulary: vocabulary, pairs: pairs, features: features, deviation: deviation)
        case .columns(let categories, let features):
            ColumnsRules(table: .init(categories: categories, features: features))
        case .periodicColumns(let categories, let features, let frequencies, let deviation):
            PeriodicColumnsRules(
                table: .init(categories: categories, features: features), frequencies: frequencies,
                deviation: deviation)
        case .columnTokens(let categories, let features):
            ColumnTokensRules(table: .init(categories: categories, features: features))
        case .selfAttention(let heads, let dropout): SelfAttentionRules(heads: heads, dropout: dropout)
        case .positions(let positions): PositionsRules(positions: positions)
        case .segments(let count): SegmentsRules(count: count)
        case .classToken: ClassTokenRules()
        case .sequencePooling(let pooling): SequencePoolingRules(pooling: pooling)
        case .recurrent(let settings): RecurrentRules(settings: settings)
        case .reshape(let shape): ReshapeRules(target: shape)
        case .transpose(let order): TransposeRules(order: order)
        case .batchNormalization(let momentum, let epsilon):
            BatchNormalizationRules(momentum: momentum, epsilon: epsilon)
        case .layerNormalization(let epsilon): LayerNormalizationRules(epsilon: epsilon)
        case .groupNormalization(let groups, let epsilon): GroupNormalizationRules(groups: groups, epsilon: epsilon)
        case .rootMeanSquareNormalization(let epsilon): RootMeanSquareNormalizationRules(epsilon: epsilon)
        case .scale(let initial): ScaleRules(initial: initial)
        case .relu: ReluRules()
        case .leakyRelu(let slope): LeakyReluRules(slope: slope)
        case .relu6: Relu6Rules()
        case .sigmoid: SigmoidRules()
        case .tanh: TanhRules()
        case .gelu: GeluRules()
        case .silu: SiluRules()
        case .hardSwish: HardSwishRules()
        case .hardSigmoid: HardSigmoidRules()
        case .softmax: SoftmaxRules()
        case .dropout(let rate): DropoutRules(rate: rate)
        case .stochasticDepth(let rate): StochasticDepthRules(rate: rate)
        case .flatten: FlattenRules()
        case .concatenation: ConcatenationRules()
        case .addition: AdditionRules()
        case .mean: MeanRules()
        case .multiplication: MultiplicationRules()
        case .weightedSum: WeightedSumRules()
        case .presence(let rate): PresenceRules(rate: rate)
        case .attention: AttentionRules()
        }
    }

    /// The rules of a kind, as named in a layer's JSON object.
    static func rules(ofKind kind: String) -> (any LayerRules.Type)? { rulesByKind[kind] }

    private static let rulesByKind: [String: any LayerRules.Type] = Dictionary(
        uniqueKeysWithValues: allRules.map { ($0.kind, $0) })

    private static let allRules: [any LayerRules.Type] = [
        ConvolutionRules.self, SeparableConvolutionRules.self, MaximumPoolingRules.self, AveragePoolingRules.self,
        GlobalAveragePoolingRules.self, ResizeRules.self, LinearRules.self, EmbeddingRules.self,
        TokenEmbeddingRules.self, TokenPairsRules.self, TokenBagRules.self, ColumnsRules.self,
        PeriodicColumnsRules.self, ColumnTokensRules.self, SelfAttentionRules.self,
        PositionsRules.self, SegmentsRules.self, ClassTokenRules.self, SequencePoolingRules.self, RecurrentRules.self,
        ReshapeRules.self, TransposeRules.self, BatchNormalizationRules.self, LayerNormalizationRules.self,
        GroupNormalizationRules.self, RootMeanSquareNormalizationRules.self, ScaleRules.self, ReluRules.self,
        LeakyReluRules.self, Relu6Rules.self, SigmoidRules.self, TanhRules.self, GeluRules.self, SiluRules.self,
        HardSwishRules.self, HardSigmoidRules.self, SoftmaxRules.self, DropoutRules.self, StochasticDepthRules.self,
        FlattenRules.self, ConcatenationRules.self, AdditionRules.self, MeanRules.self,
        MultiplicationRules.self, WeightedSumRules.self, PresenceRules.self, AttentionRules.self,
    ]
}
