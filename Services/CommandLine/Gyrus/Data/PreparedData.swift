import ArgumentParser
import Foundation
import KnowledgeClient
import Model
import RegistryClient
import ServiceClient
import TrainerClient

extension Services {
    /// The prepared data that a name refers to: a file or folder, which is prepared if necessary, or a dataset in the
    /// registry.
    /// - Parameters:
    ///   - name: Path of a scenario file, `NAME` or `NAME@VERSION` of data added under a name, or the beginning of a
    ///     recipe.
    ///   - model: The model that will learn from the data, if any. A folder, a table, or a scenario with a source is then
    ///     prepared like the model's data.
    /// - Throws: `Failure` if the name refers to nothing, or to several things, with what tells them apart.
    func preparedData(
        _ name: String, by trainer: TrainerClient, for model: PretrainedModel? = nil
    ) async throws -> RegisteredDataset {
        let registered = try await registeredData(name)
        guard name == "-" || FileManager.default.fileExists(atPath: name) else {
            return try only(registered, name)
        }
        if let other = registered.first {
            throw Failure(
                .invalidArgument,
                "'\(name)' is a file here and also a dataset in the registry; for the file use './\(name)', for the "
                    + "dataset a part of its recipe that is no file here: \(other.recipe.hexadecimal)")
        }
        if let model, let set = try await continuedData(name, of: model) { return set }
        let data = try ScenarioFile.data(ScenarioSource.read(name), file: ScenarioSource.name(of: name))
        guard let recipe = data.recipe else { return try only(await registeredData(data.id), data.id) }
        let id = "prepare-\(recipe.id.prefix(16))"
        let prepared = try await trainer.prepare(PreparationTask(recipe: recipe), id: id, group: id)
        return try only(await registeredData(prepared.recipe), prepared.recipe)
    }

    /// The datasets in the registry that a name can mean. A name with a slash is a path and means none.
    private func registeredData(_ name: String) async throws -> [RegisteredDataset] {
        let (registry, base) = (try await registry(), name.prefix { $0 != "@" })
        let versions = DatasetVersions(registry)
        let named = try await versions.all(of: String(base)).isEmpty ? [] : [versions.find(name)]
        return named + (try await registry.datasets().filter { $0.recipe.hexadecimal.hasPrefix(name) })
    }

    private func only(_ found: [RegisteredDataset], _ name: String) throws -> RegisteredDataset {
        if found.count == 1 { return found[0] }
        throw Failure(
            .notFound,
            (found.isEmpty
                ? "there is no file or folder '\(name)', and no dataset in the registry has this name or a recipe that "
                    + "begins with it"
                : "more than one dataset has the name '\(name)' or a recipe that begins with it")
                + "; see: \(command("datasets"))")
    }
}

extension Services {
    /// A user's new data for a model, prepared like the model's data; nil if the name does not refer to a user's data.
    private func continuedData(_ name: String, of model: PretrainedModel) async throws -> RegisteredDataset? {
        let place = URL(filePath: name).absoluteURL.standardizedFileURL
        guard FileManager.default.fileExists(atPath: place.path) else { return nil }
        var settings = DataSettings(source: place.path)
        if ["yaml", "yml"].contains(place.pathExtension) {
            let text = try ScenarioSource.read(name)
            guard let written = try ScenarioFile.dataSettings(text, file: ScenarioSource.name(of: name)) else {
                return nil
            }
            settings = written
            settings.source = OwnData.absolute(settings.source, ScenarioSource.folder(of: name))
            settings.files = settings.files.map { OwnData.absolute($0, ScenarioSource.folder(of: name)) }
        }
        let registry = try await registry()
        guard let recipe = model.lineage.recipe, let known = try await registry.manifest(recipe: recipe) else {
            throw Failure(
                .notFound,
                "the data of model '\(model.id)' is not in the registry, so new data cannot be prepared like it")
        }
        let prepared = try await OwnData(registry: registry).prepare(settings, like: known)
        return try await registry.dataset(recipe: BlobDigest(prepared.id))
    }
}

extension ScenarioFeatures {
    /// The properties of prepared data.
    init(_ set: RegisteredDataset) {
        self.init(
            dataset: set.name, modalities: set.modalities, classes: Int(set.classes), samples: set.trainingSamples,
            statistics: set.statistics)
    }
}

/// Prepares the data of a scenario without a search.
struct DatasetPrepare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare",
        abstract: "Prepare the data of a scenario file without a search; print the recipe.",
        discussion: """
              gyrus datasets prepare new-speakers.yaml

            Searches, model updates and schedules that wait for new samples use prepared data.
            """)

    @ParentCommand var gyrus: Gyrus

    @Argument(help: ArgumentHelp("Scenario file, or - for stdin.", valueName: "scenario"))
    var file: String

    func run() async throws {
        let services = try Services(gyrus.project)
        let trainer = TrainerClient(try await services.connect(to: .trainer))
        let set = try await services.preparedData(file, by: trainer)
        say("\(set.trainingSamples) training samples of \(set.name), \(set.classes) classes")
        emit(set.recipe.hexadecimal)
    }
}
