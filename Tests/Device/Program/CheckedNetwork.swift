import Model
import Networks
import Torch

/// A network of the check, with its input and mini-batch size.
enum CheckedNetwork: String, CaseIterable {
    case leNet5 = "lenet5"
    case resNet18 = "resnet18"
    case mobileNetV2 = "mobilenetv2"
    case bertMini = "bert-mini"
    case textCNN = "textcnn"
    case ftTransformer = "ft-transformer"

    static let vocabulary = 30_000

    /// What it reads.
    var signature: InputSignature {
        switch self {
        case .leNet5: InputSignature(kind: .image, shape: [1, 112, 112])
        case .resNet18, .mobileNetV2: InputSignature(kind: .image, shape: [3, 32, 32])
        case .bertMini, .textCNN: InputSignature(kind: .text, shape: [128], vocabulary: Self.vocabulary)
        case .ftTransformer: InputSignature(kind: .table, shape: [32], categories: [])
        }
    }

    /// Number of samples in a mini-batch that keeps a device busy.
    func batch(on device: ComputeDevice) -> Int {
        switch (self, device.kind) {
        case (.resNet18, .cpu), (.mobileNetV2, .cpu), (.bertMini, .cpu): 16
        case (_, .cpu): 64
        case (.bertMini, .gpu): 128
        case (.ftTransformer, .gpu): 1_024
        case (_, .gpu): 512
        }
    }

    /// The network, for ten classes.
    func network() throws -> NetworkDescription {
        switch self {
        case .leNet5:
            return try TableSix.leNet5.network(
                input: Self.input, shape: signature.shape, classes: Self.classes, normalized: true)
        case .resNet18: return try family("ResNet18")
        case .mobileNetV2: return try family("MobileNetV2")
        case .bertMini: return try family("Transformer", width: 4, depth: 2)
        case .textCNN: return try family("TextCNN", width: 2)
        case .ftTransformer: return try family("FT-Transformer", width: 2, depth: 1.5)
        }
    }

    static let input = "input"
    static let classes = 10

    private func family(_ name: String, width: Double = 1, depth: Double = 1) throws -> NetworkDescription {
        guard let family = StructureFamily.named(name) else {
            throw Failure(.notFound, "There is no family of networks '\(name)'.")
        }
        return try family.network(
            input: Self.input, signature, outputs: Self.classes, width: width, depth: depth)
    }

    /// Synthetic samples that reveal their class: a brighter band, a more frequent word, a larger number.
    func samples(_ count: Int, seed: UInt64) throws -> SampleSource {
        let size = signature.shape.reduce(1, *)
        var generator = SplitMix64(seed: seed)
        let labels = (0..<Int32(count)).map { $0 % Int32(Self.classes) }
        let isText = signature.kind == .text, isPicture = signature.kind == .image
        let width = isPicture ? 1 : 4
        // Never freed: the process ends with the check.
        let rows = UnsafeMutableRawBufferPointer.allocate(byteCount: count * size * width, alignment: 64)
        for sample in 0..<count {
            let label = Int(labels[sample])
            for place in 0..<size {
                let number = Int(generator.next() >> 33)
                let offset = (sample * size + place) * width
                if isPicture {
                    let isMarked = place % size * Self.classes / size == label
                    rows[offset] = UInt8(number % 128 + (isMarked ? 96 : 0))
                } else if isText {
                    let word = number % 4 == 0 ? 10 + label : 20 + number % (Self.vocabulary - 20)
                    rows.storeBytes(of: Int32(word), toByteOffset: offset, as: Int32.self)
                } else {
                    let value = Float(number % 2_000) / 1_000 - 1 + (place % Self.classes == label ? 1 : 0)
                    rows.storeBytes(of: value, toByteOffset: offset, as: Float.self)
                }
            }
        }
        return try SampleSource(
            classes: Self.classes,
            modalities: [
                .init(
                    name: Self.input, shape: signature.shape,
                    elementType: isPicture ? .uint8 : isText ? .int32 : .float32, scale: isPicture ? 1 / 128 : 1,
                    offset: isPicture ? -1 : 0, rows: UnsafeRawBufferPointer(rows),
                    indices: (0..<Int32(count)).map { $0 })
            ],
            labels: labels)
    }
}
