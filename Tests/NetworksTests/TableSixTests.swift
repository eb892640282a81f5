import Model
import Networks
import Testing

@Suite struct TableSixTests {
    /// Parameters by hand: kernels, then two numbers of normalization for each channel, then the classifier.
    @Test(arguments: [
        (TableSix.leNet3, 28, 25 * 8 + 9 * 8 * 16 + 9 * 16 * 32 + 2 * 56 + (32 * 9 + 1) * 10),
        (.leNet3, 112, 25 * 8 + 9 * 8 * 16 + 9 * 16 * 32 + 2 * 56 + (32 * 196 + 1) * 10),
        (
            .leNet5, 112,
            25 * 8 + 9 * (8 * 16 + 16 * 32 + 32 * 64 + 64 * 128) + 2 * 248 + (128 * 9 + 1) * 10
        ),
        (.mediumNet, 112, 9 * (8 + 8 * 16 + 16 * 32 + 32 * 64) + 2 * 120 + (64 * 49 + 1) * 10),
        (
            .sparseNet, 112,
            9 * 12 + 12 + (25 + 8) + (9 * 8 + 8 * 16) + (9 * 16 + 16 * 32) + (9 * 32 + 32 * 64) + (9 * 64 + 64 * 128)
                + 2 * (12 + 1 + 248) + (128 * 9 + 1) * 10
        ),
    ])
    func `parameters are those computed by hand`(_ kind: TableSix, _ side: Int, _ expected: Int) throws {
        let network = try kind.network(shape: [1, side, side], classes: 10)
        #expect(try network.parameterCount == expected)
        #expect(try network.outputShape == [10])
    }

    @Test func `operations of LeNet5 are those computed by hand`() throws {
        let network = try TableSix.leNet5.network(shape: [1, 112, 112], classes: 10)
        let stages = 25 * 8 * 112 * 112 + 9 * (128 * 56 * 56 + 512 * 28 * 28 + 2048 * 14 * 14 + 8192 * 7 * 7)
        #expect(try network.multiplyAccumulates == stages + 1152 * 10)
    }

    @Test func `SparseNet keeps positions until its end`() throws {
        let shapes = try TableSix.sparseNet.network(shape: [1, 112, 112], classes: 10).validate()
        #expect(shapes["activation2"] == [1, 56, 56])
        #expect(shapes["activation7"] == [128, 3, 3])
        #expect(shapes["features"] == [1152])
    }

    @Test(arguments: TableSix.allCases)
    func `a small image is resized for all but LeNet3`(_ kind: TableSix) throws {
        let small = try kind.network(shape: [1, 28, 28], classes: 10)
        #expect(small.layers.contains { $0.name == "resize" } == (kind != .leNet3))
        let large = try kind.network(shape: [1, 112, 112], classes: 10)
        #expect(!large.layers.contains { $0.name == "resize" })
    }

    @Test(arguments: TableSix.allCases, [0.01, 0.25, 0.5, 2])
    func `width changes channels but not the bottleneck`(_ kind: TableSix, _ width: Double) throws {
        let network = try kind.network(shape: [1, 112, 112], classes: 10, width: width)
        let shapes = try network.validate()
        #expect(shapes["convolution1"]?[0] == max(1, Int((kind == .sparseNet ? 12 : 8) * width)))
        if kind == .sparseNet { #expect(shapes["convolution2"]?[0] == 1) }
    }

    @Test func `fusion concatenates features and names branches`() throws {
        let image = try TableSix.leNet3.network(shape: [1, 28, 28], classes: 10)
        let audio = try TableSix.sparseNet.network(shape: [1, 112, 112], classes: 10)
        let fused = try NetworkDescription.fused(branches: [("image", image), ("audio", audio)], classes: 10)
        let shapes = try fused.validate()
        #expect(fused.name == "LeNet3+SparseNet")
        #expect(fused.inputs.map(\.name) == ["image", "audio"])
        #expect(shapes["head.concatenation"] == [288 + 1152])
        #expect(
            try fused.parameterCount
                == image.parameterCount - 2890 + (audio.parameterCount - 11_530) + (288 + 1152 + 1) * 10)
        #expect(fused.layers.allSatisfy { $0.name.contains(".") })
        #expect(try NetworkDescription(json: fused.canonicalJSON) == fused)
    }

    @Test func `one branch is fused without concatenation`() throws {
        let image = try TableSix.leNet3.network(shape: [1, 28, 28], classes: 10)
        let network = try NetworkDescription.fused(branches: [("image", image)], classes: 10)
        #expect(try network.parameterCount == image.parameterCount)
        #expect(try network.multiplyAccumulates == image.multiplyAccumulates)
    }

    @Test func `branches that cannot be fused are refused`() throws {
        let image = try TableSix.leNet3.network(shape: [1, 28, 28], classes: 10)
        #expect(throws: Failure.self) { try NetworkDescription.fused(branches: [], classes: 10) }
        #expect(throws: Failure.self) { try NetworkDescription.fused(branches: [("head", image)], classes: 10) }
        #expect(throws: Failure.self) {
            try NetworkDescription.fused(branches: [("image", image), ("image", image)], classes: 10)
        }
        #expect(throws: Failure.self) { try TableSix.leNet5.network(shape: [10], classes: 10) }
    }
}
