public import Model
import Safetensors
import Tables

/// Makes a prepared dataset from a user's data, in two passes with bounded memory: the first learns from training
/// samples how to prepare each modality, the second decodes and stores all samples.
///
/// It blocks and computes on all cores; call it in a separate process.
public struct DataPreparer {
    /// The result of a preparation.
    public struct Outcome: Sendable {
        /// Everything that is known about the data.
        public var manifest: DatasetManifest
        /// Unreadable samples, with position and reason; at most `mostNamed`.
        public var unreadable: [(place: String, reason: String)]
        /// Total number of unreadable samples.
        public var unreadableCount: Int
    }

    /// Maximum number of unreadable samples to list.
    public static let mostNamed = 20
    /// Number of samples decoded at a time.
    private static let chunk = 256

    private let rows: any SampleRows
    private let settings: DataSettings
    private let name: String
    private let target: Target
    private let content: String

    /// - Parameters:
    ///   - rows: The samples.
    ///   - settings: How to read them.
    ///   - name: Display name.
    ///   - target: What is learned; the scale of numbers is determined here.
    ///   - content: Digest of the data that is read.
    public init(rows: any SampleRows, settings: DataSettings, name: String, target: Target, content: String) {
        self.rows = rows
        self.settings = settings
        self.name = name
        self.target = target
        self.content = content
    }

    /// Prepares the data.
    /// - Parameters:
    ///   - path: The file to write, all or nothing.
    ///   - report: Called with the number of samples done and the total.
    /// - Throws: `Failure` that describes and locates the error.
    public func prepare(to path: String, report: (Int, Int) -> Void = { _, _ in }) throws -> Outcome {
        let survey = try survey()
        let manifest = DatasetManifest(
            name: name, settings: settings, content: content, inputs: survey.inputs, target: survey.target,
            counts: nil, samples: .init(training: 0, validation: 0, test: 0))
        let writer = try SampleWriter(manifest, modalities: rows.modalities, files: rows.files, path: path)
        var pending: [RawSample] = []
        var done = 0
        func flush() throws {
            try writer.add(pending)
            done += pending.count
            pending.removeAll(keepingCapacity: true)
            report(done, survey.count)
            try check(writer, of: survey.count)
        }
        try rows.forEachSample { sample in
            pending.append(sample)
            if pending.count == Self.chunk { try flush() }
        }
        try flush()
        return try writer.finish()
    }

    // MARK: First pass

    private struct Survey {
        var inputs: [String: DatasetManifest.Input]
        var target: Target
        var count: Int
    }

    private func survey() throws -> Survey {
        var (training, count) = (0, 0)
        try rows.forEachSample { sample in
            count += 1
            if sample.part == .training { training += 1 }
        }
        guard training > 0 else {
            throw Failure(
                .invalidArgument, "data.split: none of the \(count) samples is left for training.")
        }
        let reader = try ValueReader(files: rows.files, encoding: settings.encoding)
        var fitters = rows.modalities.map { $0.fitter(count: training) }
        var moments = target.names.map { _ in RunningMoments() }
        var place = 0
        try rows.forEachSample { sample in
            guard sample.part == .training else { return }
            for index in fitters.indices { fitters[index].look(at: sample.cells[index], place: place, reader) }
            if case .numbers(let numbers) = sample.answer {
                for (index, number) in numbers.enumerated() { moments[index].add(number) }
            }
            place += 1
        }
        var target = target
        if target.kind == .regression {
            target.means = moments.map(\.mean)
            target.deviations = moments.map(\.deviation)
        }
        let inputs = try zip(rows.modalities, fitters).map { ($0.name, try $1.input()) }
        return Survey(inputs: Dictionary(uniqueKeysWithValues: inputs), target: target, count: count)
    }

    /// Ends the preparation as soon as more samples than tolerated are certain to be unreadable.
    private func check(_ writer: SampleWriter, of count: Int) throws {
        guard Double(writer.unreadableCount) > settings.tolerance * Double(count) else { return }
        let named = writer.unreadable.prefix(5).map { "\($0.place): \($0.reason)" }.joined(separator: "\n  ")
        throw Failure(
            .invalidArgument,
            """
            data.unreadable: more than \(settings.tolerance.percent) of \(count) samples cannot be read. The first:
              \(named)
            Fix or remove them, or allow more with 'data: {unreadable: 0.2}'.
            """)
    }
}

extension Double {
    /// A share as a percentage, such as `5 %`.
    var percent: String {
        let percent = (self * 1_000).rounded() / 10
        return percent == percent.rounded() ? "\(Int(percent)) %" : "\(percent) %"
    }
}
