/// The positions of windows over a plane.
struct Window: Hashable, Sendable {
    var kernel: Extent
    var stride: Extent
    var padding: Extent = 0
    var dilation: Extent = 1

    /// Number of windows over `[channels, height, width]`.
    func size(of shape: [Int]) throws(LayerFault) -> Extent {
        for (extent, what) in [(kernel, "kernel"), (stride, "stride"), (dilation, "dilation")] {
            try LayerFault.check(extent.height, what)
            try LayerFault.check(extent.width, what)
        }
        let allowed = 0...Layer.largestSide
        guard allowed.contains(padding.height), allowed.contains(padding.width) else {
            throw LayerFault("has the invalid padding \(padding.text)")
        }
        let height = shape[1] + 2 * padding.height - dilation.height * (kernel.height - 1) - 1
        let width = shape[2] + 2 * padding.width - dilation.width * (kernel.width - 1) - 1
        guard height >= 0, width >= 0 else {
            throw LayerFault("has a \(kernel.text) window, which is larger than its input \(shape)")
        }
        return Extent(height: height / stride.height + 1, width: width / stride.width + 1)
    }

    /// Output shape of pooling.
    func pooled(_ inputs: [[Int]]) throws(LayerFault) -> [Int] {
        let shape = try LayerFault.plane(inputs)
        guard 2 * padding.height <= kernel.height, 2 * padding.width <= kernel.width else {
            throw LayerFault("has padding \(padding.text), more than half its \(kernel.text) window")
        }
        let size = try size(of: shape)
        return [shape[0], size.height, size.width]
    }

    init(kernel: Extent, stride: Extent, padding: Extent = 0, dilation: Extent = 1) {
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
    }

    init(_ fields: inout LayerFields) throws {
        kernel = try fields.read("kernel")
        stride = try fields.read("stride", default: kernel)
        padding = try fields.read("padding", default: 0)
    }

    func write(to fields: inout LayerFieldWriter) throws {
        try fields.write("kernel", kernel)
        try fields.write("stride", stride)
        try fields.write("padding", padding, unless: 0)
    }
}

struct MaximumPoolingRules: WeightlessRules {
    static let kind = "maximum-pooling"
    let window: Window

    init(window: Window) { self.window = window }
    init(_ fields: inout LayerFields) throws { window = try Window(&fields) }
    func write(to fields: inout LayerFieldWriter) throws { try window.write(to: &fields) }

    var operation: Layer.Operation {
        .maximumPooling(kernel: window.kernel, stride: window.stride, padding: window.padding)
    }
    var summary: String { "max \(window.kernel.text)" }
    var role: Layer.Role { .follower }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] { try window.pooled(inputs) }

    func script(_ scope: inout ScriptScope) -> String {
        "torch.max_pool2d(\(scope.value), \(window.kernel.list), \(window.stride.list), \(window.padding.list), "
            + "[1, 1], False)"
    }

    func addNodes(to scope: inout OnnxScope) {
        scope.finish(
            "MaxPool", scope.inputs,
            [
                "kernel_shape": .extent(window.kernel), "strides": .extent(window.stride),
                "pads": .padding(window.padding),
            ])
    }
}

struct AveragePoolingRules: WeightlessRules {
    static let kind = "average-pooling"
    let window: Window

    init(window: Window) { self.window = window }
    init(_ fields: inout LayerFields) throws { window = try Window(&fields) }
    func write(to fields: inout LayerFieldWriter) throws { try window.write(to: &fields) }

    var operation: Layer.Operation {
        .averagePooling(kernel: window.kernel, stride: window.stride, padding: window.padding)
    }
    var summary: String { "mean \(window.kernel.text)" }
    var role: Layer.Role { .follower }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] { try window.pooled(inputs) }

    func script(_ scope: inout ScriptScope) -> String {
        "torch.avg_pool2d(\(scope.value), \(window.kernel.list), \(window.stride.list), \(window.padding.list), "
            + "False, True, None)"
    }

    func addNodes(to scope: inout OnnxScope) {
        scope.finish(
            "AveragePool", scope.inputs,
            [
                "kernel_shape": .extent(window.kernel), "strides": .extent(window.stride),
                "pads": .padding(window.padding), "count_include_pad": .integer(1),
            ])
    }
}

struct GlobalAveragePoolingRules: PlainRules, WeightlessRules {
    static let kind = "global-average-pooling"
    var operation: Layer.Operation { .globalAveragePooling }
    var summary: String { "global mean" }
    var role: Layer.Role { .follower }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] { [try LayerFault.plane(inputs)[0]] }
    func script(_ scope: inout ScriptScope) -> String { "torch.mean(\(scope.value), [2, 3])" }

    func addNodes(to scope: inout OnnxScope) {
        scope.finish("ReduceMean", scope.inputs, ["axes": .integers([2, 3]), "keepdims": .integer(0)])
    }
}

struct ResizeRules: WeightlessRules {
    static let kind = "resize"
    let size: Extent

    init(size: Extent) { self.size = size }
    init(_ fields: inout LayerFields) throws { size = try fields.read("size") }
    func write(to fields: inout LayerFieldWriter) throws { try fields.write("size", size) }

    var operation: Layer.Operation { .resize(size) }
    var summary: String { "resize \(size.text)" }
    var role: Layer.Role { .other }

    func shape(from inputs: [[Int]]) throws(LayerFault) -> [Int] {
        let shape = try LayerFault.plane(inputs)
        try LayerFault.check(size.height, "height")
        try LayerFault.check(size.width, "width")
        return [shape[0], size.height, size.width]
    }

    func script(_ scope: inout ScriptScope) -> String {
        "torch.upsample_bilinear2d(\(scope.value), \(size.list), False)"
    }

    /// Bilinear resizing takes the sizes of all dimensions, and the batch size is known only at run time.
    func addNodes(to scope: inout OnnxScope) {
        let shape = scope.node("Shape", scope.inputs)
        let batch = scope.node("Slice", [shape, scope.integers([0]), scope.integers([1])])
        let sizes = scope.node("Concat", [batch, scope.integers(scope.output)], ["axis": .integer(0)])
        scope.finish(
            "Resize", [scope.value, "", "", sizes],
            ["coordinate_transformation_mode": .text("half_pixel"), "mode": .text("linear")])
    }
}
