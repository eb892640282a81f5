public import Foundation
public import Model
import Safetensors
import Tables
public import Torch

/// The samples for fine-tuning a pretrained network, as its inputs, in a file for a process that may read nothing else.
public struct TuningSamples {
    /// The name of the network's input.
    public static let input = "given"

    /// Maximum size of the file in bytes; the process has 8 GiB in total.
    public static let mostBytes = 2 << 30

    private let file: SafetensorsFile
    private let task: TuningTask

    /// Writes training and validation samples; those without the modality are left out.
    /// - Parameter report: Called with the number of samples done and the total.
    /// - Throws: `Failure` with code `invalid-argument` if they are too large.
    static func write(
        _ request: ViewRequest, _ rows: any SampleRows, to path: String, report: (Int, Int) -> Void
    ) throws {
        let isScaled = request.contract.scaling != nil
        let (shape, counts) = (request.contract.shape, request.data.samples)
        let size = shape.reduce(1, *) * (isScaled ? 1 : MemoryLayout<Float>.size)
        let count = counts.training + counts.validation
        guard size * count <= mostBytes else {
            throw Failure(
                .invalidArgument,
                "\(count) samples of \(size) bytes exceed the limit of \(mostBytes >> 20) MiB for "
                    + "fine-tuning a pretrained network.")
        }
        let given = try GivenValues(request, rows, areStored: true)
        let stream = SafetensorsStream(path)
        var done = 0
        try rows.forEachSample { sample in
            guard sample.part != .test, let answer = sample.answer else { return }
            defer {
                done += 1
                report(min(done, count), count)
            }
            guard case .values(let values, _) = try given.outcome(sample) else { return }
            let part = sample.part.name
            if isScaled {
                try stream.append(values.map { UInt8(min(max($0, 0), 255)) }, to: "\(part).rows", rowShape: shape)
            } else {
                try stream.append(values, to: "\(part).rows", rowShape: shape)
            }
            switch request.data.target.learned(answer) {
            case .class(let number): try stream.append([number], to: "\(part).labels", rowShape: [])
            case .numbers(let row): try stream.append(row, to: "\(part).targets", rowShape: [row.count])
            }
        }
        try stream.finish(metadata: [:])
    }

    /// Opens a file of samples.
    public init(_ task: TuningTask) throws {
        self.task = task
        file = try SafetensorsFile(opening: task.samples.path)
    }

    /// The training samples.
    public func training() throws -> SampleSource { try source("training") }

    /// The validation samples.
    public func validation() throws -> SampleSource { try source("validation") }

    private func source(_ part: String) throws -> SampleSource {
        let rows = try file.entry(named: "\(part).rows")
        let scaling = task.contract.scaling ?? ([1], [0])
        let modality = SampleSource.Modality(
            name: Self.input, shape: Array(rows.shape.dropFirst()),
            elementType: rows.type == .uint8 ? .uint8 : .float32, scales: scaling.scales, offsets: scaling.offsets,
            rows: file.unsafeBytes(of: rows), indices: (0..<Int32(rows.shape[0])).map { $0 })
        let answers: SampleSource.Answers =
            task.target.kind == .classification
            ? .classes(try file.elements(of: "\(part).labels")) : .numbers(try file.elements(of: "\(part).targets"))
        return try SampleSource(target: task.target, modalities: [modality], answers: answers, owner: file)
    }
}

/// A request to a process to fine-tune a network.
public struct TuningTask: Sendable, Codable {
    /// The network's TorchScript file.
    public var network: URL
    /// The file of samples.
    public var samples: URL
    /// The only folder in which it can write; the result is `network.pt`.
    public var folder: URL
    /// What the network reads.
    public var contract: InputContract
    /// What is learned.
    public var target: Target
    /// Time limit in seconds; nil for none.
    public var seconds: Double?

    /// The file that it writes.
    public var output: URL { folder.appending(path: "network.pt") }
}
