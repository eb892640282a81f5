import ArgumentParser
import Torch

/// The device and precision of a package's network.
struct PlaceOptions: ParsableArguments {
    @Option(help: "Device: cpu, cuda, cuda:N or auto.")
    var device = "cpu"

    @Option(help: "Precision: fp32, bf16, and on GPUs tf32 and fp16.")
    var precision = "fp32"

    var place: ComputePlace {
        get throws { try ComputePlace(device: device, precision: precision) }
    }
}
