import ArgumentParser
import Foundation
import KnowledgeClient
import Model
import RegistryClient
import ServiceClient
import TrainerClient

extension Services {
    /// The data that a person names: by a scenario file, whose data are prepared where that has not been done, or by the
    /// beginning of a recipe that the registry knows.
    func preparedData(_ name: String, by trainer: TrainerClient) async throws -> RegisteredDataset {
        if name == "-" || FileManager.default.fileExists(atPath: name) {
            let data = try ScenarioSource.parsed(name).scenario.data
            guard let recipe = data.recipe else { return try await preparedData(data.id, by: trainer) }
            let id = "prepare-\(recipe.id.prefix(16))"
            let prepared = try await trainer.prepare(PreparationTask(recipe: recipe), id: id, group: id)
            if let set = try await registry().dataset(recipe: BlobDigest(prepared.recipe)) { return set }
        }
        let found = try await registry().datasets().filter { $0.recipe.hexadecimal.hasPrefix(name) }
        guard found.count == 1 else {
            throw Failure(
                .notFound,
                "\(found.isEmpty ? "no" : "more than one") data set's recipe begins with '\(name)', and no scenario file"
                    + " has that name; see: \(command("datasets"))")
        }
        return found[0]
    }
}

extension ScenarioFeatures {
    /// What prepared data are like.
    init(_ set: RegisteredDataset) {
        self.init(
            dataset: set.name, modalities: set.modalities, classes: Int(set.classes), samples: set.trainingSamples,
            statistics: set.statistics)
    }
}

/// Prepares the data of a scenario without searching.
struct DatasetPrepare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare",
        abstract: "Prepare the data that a scenario file names, without a search; print the recipe.",
        discussion: """
              gyrus datasets prepare new-speakers.yaml

            Prepared data are found by searches, by updates of models, and by schedules that wait for new samples.
            """)

    @ParentCommand var gyrus: Gyrus

    @Argument(help: ArgumentHelp("A scenario's file, or - for stdin.", valueName: "scenario"))
    var file: String

    func run() async throws {
        let services = try Services(gyrus.project)
        let trainer = TrainerClient(try await services.connect(to: .trainer))
        let set = try await services.preparedData(file, by: trainer)
        say("\(set.trainingSamples) samples of \(set.name) to train on, \(set.classes) classes")
        emit(set.recipe.hexadecimal)
    }
}
