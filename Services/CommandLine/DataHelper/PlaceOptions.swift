import ArgumentParser
import Torch

/// Where a package's network computes.
struct PlaceOptions: ParsableArguments {
    @Option(help: "Device: cpu, cuda, cuda:N or auto.")
    var device = "cpu"

    @Option(help: "fp32, bf16, and on GPUs tf32 and fp16.")
    var precision = "fp32"

    var place: ComputePlace {
        get throws { try ComputePlace(device: device, precision: precision) }
    }
}
