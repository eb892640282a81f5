struct SeparableConvolutionRules: ConvolvingRules {
    static let kind = "separable-convolution"
    let settings: Convolution

    var operation: Layer.Operation { .separableConvolution(settings) }
    var summary: String { "separable \(settings.summary)" }
    var role: Layer.Role { .convolution }
    var isSeparable: Bool { true }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        let shape = try LayerFault.plane(inputs)
        guard settings.groups == 1 else { throw LayerFault("must not set groups, which are its channels") }
        return try settings.shape(from: shape)
    }

    func tensors(from inputs: [[Int]]) -> [TensorPlan] {
        let channels = inputs[0][0]
        return depthwise(channels).tensors("depthwise_", of: channels, gain: 1)
            + pointwise.tensors("pointwise_", of: channels, gain: 2)
    }

    func multiplyAccumulates(from inputs: [[Int]], to output: [Int]) -> Double {
        let weights = tensors(from: inputs).filter { $0.shape.count > 1 }.reduce(0) { $0 + $1.elementCount }
        return weights * Double(output[1]) * Double(output[2])
    }

    func script(_ scope: inout ScriptScope) -> String {
        let inner = depthwise(scope.shape[0]).script(scope.value, "depthwise_", scope)
        return pointwise.script(inner, "pointwise_", scope)
    }

    func addNodes(to scope: inout OnnxScope) {
        let first = depthwise(scope.shape[0])
        let between = scope.node("Conv", first.onnxInputs(scope.value, "depthwise_", scope), first.attributes)
        scope.finish("Conv", pointwise.onnxInputs(between, "pointwise_", scope), pointwise.attributes)
    }

    private func depthwise(_ channels: Int) -> Convolution {
        var depthwise = settings
        depthwise.channels = channels
        depthwise.groups = channels
        depthwise.bias = false
        return depthwise
    }

    private var pointwise: Convolution { Convolution(channels: settings.channels, kernel: 1, bias: settings.bias) }
}

extension SeparableConvolutionRules {
    init(_ fields: inout LayerFields) throws { settings = try Convolution(&fields) }
    func write(to fields: inout LayerFieldWriter) throws { try settings.write(to: &fields) }
}
