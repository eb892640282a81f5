public import Foundation
public import Model
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

    private let rows: any SampleRows
    private let settings: DataSettings
    private let name: String
    private let target: Target
    private let content: String
    private let known: [String: DatasetManifest.Input]?

    /// - Parameters:
    ///   - rows: The samples.
    ///   - settings: How to read them.
    ///   - name: Display name.
    ///   - target: What is learned; the scale of numbers is determined here.
    ///   - content: Digest of the data that is read.
    ///   - known: How a model's data was prepared, to prepare this data in the same way; nil to learn it from the samples.
    public init(
        rows: any SampleRows, settings: DataSettings, name: String, target: Target, content: String,
        known: [String: DatasetManifest.Input]? = nil
    ) {
        self.rows = rows
        self.settings = settings
        self.name = name
        self.target = target
        self.content = content
        self.known = known
    }

    /// Prepares the data.
    ///
    /// Finished shards of samples stay in a folder until the dataset is written, so that a preparation that was interrupted
    /// or ran out of disk space can continue from there. The result has the same bytes.
    /// - Parameters:
    ///   - path: The file to write, all or nothing.
    ///   - folder: The folder for shards; nil for one next to the file.
    ///   - report: Called with the number of samples done and the total.
    /// - Throws: `Failure` that describes and locates the error.
    public func prepare(
        to path: String, collectingIn folder: URL? = nil, report: (Int, Int) -> Void = { _, _ in }
    ) throws -> Outcome {
        let folder = try ShardFolder(folder ?? URL(filePath: path + ".shards"))
        do {
            let plan = try plan(in: folder)
            let writer = try ShardWriter(plan, rows: rows, folder: folder)
            try writer.write { done, unreadable in
                report(done, plan.count)
                try check(unreadable, of: plan.count)
            }
            var assembly = ShardAssembly(
                plan.manifest, names: rows.modalities.map(\.name), paths: writer.paths, isFitted: known != nil)
            let outcome = try assembly.write(to: path, preview: writer.preview.preview())
            folder.remove()
            return outcome
        } catch {
            let failure = Failure(error)
            guard failure.code == .unavailable else {
                folder.remove()
                throw failure
            }
            throw Failure(
                .unavailable,
                "\(failure.message) The finished samples are kept: resolve this and start again to continue.")
        }
    }

    private func plan(in folder: ShardFolder) throws -> ShardFolder.Plan {
        var manifest = DatasetManifest(
            name: name, settings: settings, content: content, inputs: [:], target: target, counts: nil,
            samples: rows.counts)
        if let plan = folder.plan(identity: try manifest.id) { return plan }
        (manifest.inputs, manifest.target) = try known.map { ($0, target) } ?? survey()
        let plan = ShardFolder.Plan(manifest, count: rows.counts.training + rows.counts.validation + rows.counts.test)
        try folder.begin(plan)
        return plan
    }

    // MARK: First pass

    /// Learns how to prepare each modality, and the scale of a regression's numbers, from the training samples.
    private func survey() throws -> (inputs: [String: DatasetManifest.Input], target: Target) {
        let training = rows.counts.training
        guard training > 0 else {
            throw Failure(.invalidArgument, "data.split: no sample is left for training.")
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
        return (Dictionary(uniqueKeysWithValues: inputs), target)
    }

    /// Ends the preparation as soon as more samples than tolerated are certain to be unreadable.
    private func check(_ unreadable: SampleShard.Unreadable, of count: Int) throws {
        guard Double(unreadable.count) > settings.tolerance * Double(count) else { return }
        let named = unreadable.named.prefix(5).map { "\($0.place): \($0.reason)" }.joined(separator: "\n  ")
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
