import Datasets
import Foundation
import Model
import Networks
import Preparation
import Tables
import TestSupport
import Testing
import Torch

/// New rows of a user's data, some of classes that a model does not know, are prepared like the model's data and learned.
@Suite(.timeLimit(.minutes(10))) struct ContinuedDataTests {
    private static func family(_ kind: ClassRows) -> String {
        switch kind {
        case .text: "DAN"
        case .table: "MLP"
        case .audio: "LeNet3"
        case .series: "TCN"
        }
    }

    private static func settings(_ kind: ClassRows, _ name: String, in folder: TemporaryDirectory) -> DataSettings {
        DataSettings(
            source: folder.path(name), target: .init(columns: [ClassRows.target], kind: .classification),
            modalities: ["input": .init(columns: kind.inputs, kind: ModalityKind(rawValue: kind.rawValue))])
    }

    private static let plan = try? TrainingPlan(
        optimizers: [.init(rule: .adam, learningRate: 0.01)], epochs: 12, batch: 16, seed: 1)

    private static func trained(_ session: TrainingSession) throws -> ScriptedNetwork {
        while !session.isFinished { try session.finishEpoch() }
        return session.network
    }

    @Test(arguments: ClassRows.allCases)
    func `a model learns rows of a class that it does not know, and keeps what it knew`(_ kind: ClassRows) throws {
        let folder = try TemporaryDirectory(), plan = try #require(Self.plan)
        try kind.write([0, 1], as: "first.csv", to: folder.url)
        let settings = Self.settings(kind, "first.csv", in: folder)
        let table = try SampleTable(settings: settings)
        let known = try DataPreparer(
            rows: TableRows(table), settings: settings, name: "first", target: table.target.target, content: "1"
        ).prepare(to: folder.path("first.safetensors")).manifest
        let first = try PreparedDataset(opening: folder.path("first.safetensors"))
        let signature = try #require(known.inputs["input"]?.signature)
        let network = try NetworkDescription.fused(
            branches: [
                (
                    "input",
                    try #require(StructureFamily.named(Self.family(kind))).network(
                        input: "input", signature, outputs: 2, width: 0.5)
                )
            ], classes: 2)
        let parent = try Self.trained(
            TrainingSession(network, plan: plan, samples: first.source(.training)))
        #expect(try parent.evaluate(on: first.source(.test)).accuracy > 0.8)

        // The second table has other rows of a known class, before a new one.
        try kind.write([2, 0], as: "second.csv", to: folder.url, from: 100)
        var more = DataSettings(source: folder.path("second.csv"))
        more.continueReading(known)
        let others = try SampleTable(settings: more)
        let rows = try ContinuedRows(TableRows(others), target: others.target.target, of: known)
        let manifest = try DataPreparer(
            rows: rows, settings: more, name: "second", target: rows.target, content: "2", known: known.inputs
        ).prepare(to: folder.path("second.safetensors")).manifest
        #expect(manifest.target.names == ClassRows.classes)
        #expect(manifest.inputs == known.inputs || kind == .audio)
        let second = try PreparedDataset(opening: folder.path("second.safetensors"))
        let training = ContinualTraining(network: network, parent: parent, method: .replay)
        let learned = try Self.trained(
            training.session(on: second.source(.training), earlier: [first.source(.training)], plan: plan))
        #expect(try training.network(for: second.target).outputShape == [3])
        #expect(try training.parent(for: second.target).evaluate(on: second.source(.test)).accuracy < 0.7)
        #expect(try learned.evaluate(on: second.source(.test)).accuracy > 0.8)
        #expect(try learned.evaluate(on: first.source(.test).answering(second.target)).accuracy > 0.8)
    }
}
