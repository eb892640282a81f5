package import CTorch
public import Model
import Synchronization

/// Where networks of this process compute, and in which precision.
///
/// On a CPU in 32 bits, equal trainings give identical bits. On GPUs the order of sums differs from run to run,
/// and 16-bit rounding depends on the device: the results of such trainings are similar, not identical.
public struct ComputePlace: Hashable, Sendable {
    /// The device that computes products.
    public let device: ComputeDevice
    /// The number format of products.
    public let precision: ComputePrecision
    /// Whether a CPU also uses the code paths of other devices, for tests of these.
    package var isLikeDevice = false

    private static let setting = Mutex(ComputePlace(checked: .cpu, .fp32))

    /// The default place of networks: the CPU in 32 bits, unless set otherwise.
    public static var current: ComputePlace {
        get { setting.withLock { $0 } }
        set { setting.withLock { $0 = newValue } }
    }

    private init(checked device: ComputeDevice, _ precision: ComputePrecision) {
        self.device = device
        self.precision = precision
    }

    /// Takes a device and a precision.
    /// - Parameters:
    ///   - device: `cpu`, `cuda`, `cuda:N`, or `auto` for the first GPU, if any.
    ///   - precision: `fp32`, `tf32`, `bf16` or `fp16`.
    /// - Throws: `Failure` that says what this machine has.
    public init(device: String, precision: String = ComputePrecision.fp32.rawValue) throws {
        guard let precision = ComputePrecision(rawValue: precision) else {
            let known = ComputePrecision.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(.invalidArgument, "There is no precision '\(precision)'; use one of \(known).")
        }
        try self.init(device, precision, gpus: Self.gpus, usable: Int(gyrus_cuda_count()))
    }

    /// The same for a machine with given devices.
    init(_ text: String, _ precision: ComputePrecision, gpus: [ComputeOffer], usable: Int) throws {
        guard let device = text == "auto" ? (usable > 0 ? .cuda(0) : .cpu) : ComputeDevice(text) else {
            throw Failure(
                .invalidArgument,
                "There is no device '\(text)'; use cpu, cuda, cuda:N or auto. \(Self.inventory(gpus, usable))")
        }
        if case .cuda(let number) = device, number >= usable {
            throw Failure(
                .invalidArgument, "The device '\(device)' cannot be used. \(Self.inventory(gpus, usable))")
        }
        guard device.kind == .gpu || precision == .fp32 || precision == .bf16 else {
            throw Failure(
                .invalidArgument,
                "A CPU computes in fp32 or bf16, not in \(precision.rawValue). \(Self.inventory(gpus, usable))")
        }
        self.init(checked: device, precision)
    }

    /// A description of the available devices.
    private static func inventory(_ gpus: [ComputeOffer], _ usable: Int) -> String {
        let names = gpus.compactMap { gpu in
            gpu.device.map { "\($0) (\(gpu.model), \(ByteCount.text(gpu.memory)))" }
        }
        let devices = (["cpu"] + names.prefix(max(0, usable))).joined(separator: ", ")
        guard names.count > usable else {
            return "This machine has \(devices)" + (names.isEmpty ? "; NVIDIA's driver reports no GPU." : ".")
        }
        return "This machine has \(names.joined(separator: ", ")), but libtorch \(ComputeThreads.torchVersion) can use "
            + "only \(devices): it was built without CUDA, or its CUDA libraries were not found. 'gyrus manual "
            + "devices' explains how to build with another libtorch."
    }

    /// GPUs that NVIDIA's driver shows to this process.
    private static var gpus: [ComputeOffer] { (0..<Int(gyrus_gpu_count())).compactMap(gpu) }

    private static func gpu(_ number: Int) -> ComputeOffer? {
        var gpu = gyrus_gpu()
        guard gyrus_gpu_describe(Int32(number), &gpu) else { return nil }
        let name = withUnsafeBytes(of: gpu.name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return ComputeOffer(
            device: .cuda(number), model: name, memory: gpu.memory,
            usedMemory: gpu.free_memory == 0 ? 0 : gpu.memory - min(gpu.memory, gpu.free_memory),
            utilization: gpu.utilization < 0 ? nil : Double(gpu.utilization) / 100)
    }

    /// What a worker that computes here currently has to compute with.
    public var offer: ComputeOffer {
        switch device {
        case .cpu:
            let memory = gyrus_machine_memory()
            return ComputeOffer(
                device: .cpu, memory: memory.total, usedMemory: memory.total - min(memory.total, memory.free),
                precision: precision)
        case .cuda(let number):
            var offer = Self.gpu(number) ?? ComputeOffer(device: device)
            offer.precision = precision
            return offer
        }
    }

    /// Maximum bytes of samples to keep on the device; none on a CPU, which has them anyway.
    var shelfBytes: UInt64 {
        guard device.kind == .gpu || isLikeDevice else { return 0 }
        let offer = offer
        return (offer.memory - min(offer.memory, offer.usedMemory)) / 4
    }

    package var c: gyrus_place {
        let precision =
            switch precision {
            case .fp32: GYRUS_FP32
            case .tf32: GYRUS_TF32
            case .bf16: GYRUS_BF16
            case .fp16: GYRUS_FP16
            }
        return switch device {
        case .cpu: gyrus_place(device: -1, precision: precision, is_like_device: isLikeDevice)
        case .cuda(let number): gyrus_place(device: Int32(number), precision: precision, is_like_device: false)
        }
    }
}
