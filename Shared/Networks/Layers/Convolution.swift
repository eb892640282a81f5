/// The settings of a convolution.
public struct Convolution: Hashable, Sendable {
    /// Number of output channels.
    public var channels: Int
    /// Size of the kernel.
    public var kernel: Extent
    /// Step from one window to the next.
    public var stride: Extent
    /// Zeros added on each side.
    public var padding: Extent
    /// Number of groups of channels that are convolved independently.
    public var groups: Int
    /// Whether a bias is added to each channel.
    public var bias: Bool
    /// Distance between the positions that a window sees; 1 if they are neighbors.
    public var dilation: Extent

    /// Makes the settings. With the default padding, odd kernels keep height and width at stride 1.
    public init(
        channels: Int, kernel: Extent, stride: Extent = 1, padding: Extent? = nil, groups: Int = 1, bias: Bool = true,
        dilation: Extent = 1
    ) {
        self.channels = channels
        self.kernel = kernel
        self.stride = stride
        self.padding =
            padding
            ?? Extent(
                height: (dilation.height * (kernel.height - 1) + 1) / 2,
                width: (dilation.width * (kernel.width - 1) + 1) / 2)
        self.groups = groups
        self.bias = bias
        self.dilation = dilation
    }
}

extension Convolution {
    /// Reads the settings from a layer's JSON object.
    init(_ fields: inout LayerFields) throws {
        self.init(
            channels: try fields.read("channels"), kernel: try fields.read("kernel"),
            stride: try fields.read("stride", default: 1), dilation: try fields.read("dilation", default: 1))
        padding = try fields.read("padding", default: padding)
        groups = try fields.read("groups", default: 1)
        bias = try fields.read("bias", default: true)
    }

    func write(to fields: inout LayerFieldWriter) throws {
        try fields.write("channels", channels)
        try fields.write("kernel", kernel)
        try fields.write("stride", stride)
        try fields.write("padding", padding)
        try fields.write("groups", groups)
        try fields.write("bias", bias)
        try fields.write("dilation", dilation, unless: 1)
    }

    func shape(from shape: [Int]) throws(LayerFault) -> [Int] {
        try LayerFault.check(channels, "channels")
        try LayerFault.check(groups, "groups")
        guard shape[0].isMultiple(of: groups), channels.isMultiple(of: groups) else {
            throw LayerFault("has \(groups) groups, which do not divide \(shape[0]) and \(channels) channels")
        }
        let size = try Window(kernel: kernel, stride: stride, padding: padding, dilation: dilation).size(of: shape)
        return [channels, size.height, size.width]
    }

    /// - Parameter prefix: Prefix of the names of its tensors.
    func tensors(_ prefix: String, of inputChannels: Int, gain: Float) -> [TensorPlan] {
        [.weight(prefix + "weight", [channels, inputChannels / groups, kernel.height, kernel.width], gain: gain)]
            + TensorPlan.bias(prefix + "bias", channels, if: bias)
    }

    func script(_ value: String, _ prefix: String, _ scope: ScriptScope) -> String {
        let weight = scope.tensor(prefix + "weight"), bias = scope.tensor(prefix + "bias", if: bias)
        return "torch.conv2d(\(value), \(weight), \(bias), \(stride.list), \(padding.list), \(dilation.list), "
            + "\(groups))"
    }

    var attributes: OnnxScope.Attributes {
        [
            "kernel_shape": .extent(kernel), "strides": .extent(stride), "pads": .padding(padding),
            "group": .integer(groups), "dilations": .extent(dilation),
        ]
    }

    func onnxInputs(_ value: String, _ prefix: String, _ scope: OnnxScope) -> [String] {
        [value, scope.tensor(prefix + "weight")] + (bias ? [scope.tensor(prefix + "bias")] : [])
    }

    var summary: String {
        "\(kernel.text)\(stride == 1 ? "" : " /\(stride.text)")\(dilation == 1 ? "" : " ·\(dilation.text)") → "
            + "\(channels)"
    }
}

extension OnnxGraph.Attribute {
    static func extent(_ extent: Extent) -> Self { .integers([extent.height, extent.width]) }

    static func padding(_ padding: Extent) -> Self {
        .integers([padding.height, padding.width, padding.height, padding.width])
    }
}

struct ConvolutionRules: ConvolvingRules {
    static let kind = "convolution"
    let settings: Convolution

    var operation: Layer.Operation { .convolution(settings) }
    var summary: String { "convolution \(settings.summary)" }
    var role: Layer.Role { .convolution }
    var isSeparable: Bool { settings.groups > 1 }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        try settings.shape(from: LayerFault.plane(inputs))
    }

    func tensors(from inputs: [[Int]]) -> [TensorPlan] { settings.tensors("", of: inputs[0][0], gain: 2) }

    func multiplyAccumulates(from inputs: [[Int]], to output: [Int]) -> Double {
        tensors(from: inputs)[0].elementCount * Double(output[1]) * Double(output[2])
    }

    func script(_ scope: inout ScriptScope) -> String { settings.script(scope.value, "", scope) }

    func addNodes(to scope: inout OnnxScope) {
        scope.finish("Conv", settings.onnxInputs(scope.value, "", scope), settings.attributes)
    }
}

extension ConvolutionRules {
    init(_ fields: inout LayerFields) throws { settings = try Convolution(&fields) }
    func write(to fields: inout LayerFieldWriter) throws { try settings.write(to: &fields) }
}
