public import ArgumentParser

/// Where networks that answer compute, as the command line says and passes on.
public struct PlaceWords: ParsableArguments, Sendable {
    /// The device.
    @Option(
        help: ArgumentHelp(
            "Device that computes: cpu, cuda, cuda:N, or auto for the first GPU where there is one.",
            valueName: "device"))
    public var device = "cpu"

    /// What products are computed in.
    @Option(
        help: ArgumentHelp(
            "What products are computed in: fp32, bf16, and on GPUs tf32 and fp16.", valueName: "precision"))
    public var precision = "fp32"

    /// No options are given.
    public init() {}

    /// The same options as words of a command line.
    public var words: [String] { ["--device", device, "--precision", precision] }
}
