import Datasets
import Foundation
import Model
import Networks
import Preparation
import Tables
import TestSupport
import Testing
import Torch

/// Every family of structures learns real data. A family that reads several forms is tested on the first one in
/// `fields`.
@Suite struct FamilyTrainingTests {
    /// Real data of a form, prepared small.
    struct Field: Sendable, CustomTestStringConvertible {
        let form: StructureFamily.Form
        /// Folder or file in the users' data.
        let source: String
        let target: String
        let columns: [String]
        let kind: ModalityKind
        let adapt: @Sendable (inout DataSettings.Modality) -> Void

        var testDescription: String { form.rawValue }
    }

    static let fields: [Field] = [
        Field(form: .picture, source: "signs", target: "class", columns: ["file"], kind: .image) {
            $0.size = [32, 32]
        },
        Field(form: .spectrogram, source: "commands", target: "class", columns: ["file"], kind: .audio) {
            $0.bands = 32
            $0.rate = 8_000
        },
        Field(form: .text, source: "languages", target: "class", columns: ["file"], kind: .text) { $0.length = 64 },
        Field(
            form: .table, source: "penguins/penguins.csv", target: "species",
            columns: ["island", "bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"], kind: .table
        ) { _ in },
        Field(form: .series, source: "heartbeats/beats.csv", target: "beat", columns: ["t"], kind: .series) { _ in },
        Field(form: .waveform, source: "commands", target: "class", columns: ["file"], kind: .audio) {
            $0.sound = .waveform
            $0.rate = 4_000
        },
    ]

    /// Learning rates that are tried in turn; a family learns if it does with one of them.
    private static let rates = [3e-3, 3e-2, 3e-4]
    private static let mostEpochs = 10
    /// Parameters above which a network is too slow for a test; such a family is tried narrower.
    private static let mostParameters = 300_000

    private static let folder = (try? RealData.locator.folder(of: "own")).map { URL(filePath: $0) }

    @Test(
        .enabled(if: folder != nil, "needs the users' data, in the folder 'own' of what $GYRUS_DATA names"),
        .timeLimit(.minutes(10)), arguments: fields)
    func `every family learns real data clearly better than the most frequent class`(_ field: Field) throws {
        let folder = try TemporaryDirectory()
        var modality = DataSettings.Modality(columns: field.columns, kind: field.kind)
        field.adapt(&modality)
        let source = try #require(Self.folder).appending(path: field.source).path
        let settings = DataSettings(
            source: source, target: .init(columns: [field.target], kind: .classification),
            modalities: ["input": modality])
        let table = try SampleTable(settings: settings)
        let rows = try TableRows(table)
        let manifest = try DataPreparer(
            rows: rows, settings: settings, name: field.source, target: table.target.target, content: rows.digest()
        ).prepare(to: folder.path("data.safetensors")).manifest
        let signature = try #require(manifest.inputs["input"]?.signature)
        #expect(StructureFamily.Form(signature) == field.form)
        let dataset = try PreparedDataset(opening: folder.path("data.safetensors"))
        let (training, validation) = (try dataset.source(.training), try dataset.source(.validation))

        let labels = try validation.labels(for: "a test")
        let counts = Dictionary(grouping: labels) { $0 }.mapValues(\.count)
        let share = Double(counts.values.max() ?? 0) / Double(labels.count)
        let wanted = share + 3 * (share * (1 - share) / Double(labels.count)).squareRoot()

        let families = StructureFamily.all.filter { family in
            Self.fields.first { family.forms.contains($0.form) }?.form == field.form
        }
        #expect(!families.isEmpty && families.allSatisfy { $0.takes(signature) })
        for family in families {
            let network = try Self.network(of: family, signature, outputs: manifest.target.outputs)
            let best = try Self.accuracy(of: network, training, validation, wanted: wanted)
            #expect(best > wanted, "\(family.name): \(best), the most frequent class has \(share)")
        }
    }

    private static func network(
        of family: StructureFamily, _ signature: InputSignature, outputs: Int
    ) throws -> NetworkDescription {
        let network = try family.network(input: "input", signature, outputs: outputs, width: 1)
        guard try network.parameterCount > mostParameters else { return network }
        return try family.network(input: "input", signature, outputs: outputs, width: 0.25)
    }

    /// The best accuracy on validation samples; training ends as soon as it is high enough.
    private static func accuracy(
        of network: NetworkDescription, _ training: SampleSource, _ validation: SampleSource, wanted: Double
    ) throws -> Double {
        var best = 0.0
        for rate in rates {
            let plan = try TrainingPlan(
                optimizers: [.init(rule: .adamw, learningRate: rate)], epochs: mostEpochs, batch: 32, seed: 5)
            let session = try TrainingSession(network, plan: plan, samples: training)
            while !session.isFinished {
                try session.finishEpoch()
                best = max(best, try session.network.evaluate(on: validation).accuracy)
                if best > wanted { return best }
            }
        }
        return best
    }
}
