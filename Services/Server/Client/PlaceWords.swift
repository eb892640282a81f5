public import ArgumentParser

/// Options for the device and precision of inference, parsed and passed on as command-line words.
public struct PlaceWords: ParsableArguments, Sendable {
    /// The device.
    @Option(
        help: ArgumentHelp(
            "Compute device: cpu, cuda, cuda:N, or auto for the first GPU if there is one.",
            valueName: "device"))
    public var device = "cpu"

    /// Precision of products.
    @Option(
        help: ArgumentHelp(
            "Precision of products: fp32 or bf16; on GPUs also tf32 or fp16.", valueName: "precision"))
    public var precision = "fp32"

    /// Makes default options.
    public init() {}

    /// The same options as words of a command line.
    public var words: [String] { ["--device", device, "--precision", precision] }
}
