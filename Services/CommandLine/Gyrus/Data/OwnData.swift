import Foundation
import Model
import RegistryClient
import ServerClient

/// Prepares a user's data and registers it.
struct OwnData {
    let registry: RegistryClient

    /// Attribute of a registered dataset with its manifest for scenarios, as JSON.
    static let preparedAttribute = "prepared"
    /// Attribute with the digest of the source's contents.
    static let contentAttribute = "content"
    /// Attribute with the digest of the settings that it was read with.
    static let settingsAttribute = "settings"

    /// Prepares and registers data; data that is already registered with the same contents and settings is reused.
    /// - Parameters:
    ///   - settings: How to read the data; its source is an absolute path.
    ///   - model: The data of the model that will learn from the new data, which is then prepared in the same way.
    func prepare(_ settings: DataSettings, like model: DatasetManifest? = nil) async throws -> PreparedData {
        let cache = try Self.cache()
        let manifest = cache.appending(path: "\(UUID().uuidString).json")
        if let model { try Data(model.json.utf8).write(to: manifest) }
        defer { try? FileManager.default.removeItem(at: manifest) }
        let helper = try DataHelper(
            ["prepare", "--unfinished", cache.path] + (model == nil ? [] : ["--like", manifest.path]))
        try helper.say(settings)
        guard let identity = try helper.next().identity else {
            throw Failure(.internal, "gyrus-data reported no identity for the data")
        }
        if let known = try await known(identity) {
            helper.say("")
            say("The data is already prepared (\(identity.prefix(12))).")
            return known
        }
        let file = cache.appending(path: "\(UUID().uuidString).safetensors")
        defer { try? FileManager.default.removeItem(at: file) }
        return try await register(try prepare(with: helper, to: file), file)
    }

    /// The folder for prepared data that is not yet in the registry.
    private static func cache() throws -> URL {
        let folder = try CacheFolder.place("preparing")
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw Failure(
                .unavailable,
                "Cannot create the folder '\(folder.path)' for prepared data: \(error.systemReason) To use another "
                    + "folder, set XDG_CACHE_HOME.")
        }
        removeForgotten(in: folder)
        return folder
    }

    /// Removes files that processes left when they were killed, after a week.
    private static func removeForgotten(in folder: URL) {
        let oldest = Date(timeIntervalSinceNow: -7 * 24 * 3_600)
        let keys: Set<URLResourceKey> = [.isRegularFileKey, .contentModificationDateKey]
        let files = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: Array(keys))
        for file in files ?? [] {
            let values = try? file.resourceValues(forKeys: keys)
            guard values?.isRegularFile == true, let changed = values?.contentModificationDate, changed < oldest else {
                continue
            }
            try? FileManager.default.removeItem(at: file)
        }
    }

    private func prepare(with helper: DataHelper, to file: URL) throws -> DatasetManifest {
        helper.say(file.path)
        var isFirst = true
        let progress = ProgressLine("Preparing samples")
        defer { progress.end() }
        while true {
            let message = try helper.next()
            if let done = message.done, let count = message.count {
                if isFirst, done > 0 {
                    say("Continuing an interrupted preparation of this data: \(done) of \(count) samples are done.")
                }
                isFirst = false
                progress.show(done, of: count)
            }
            guard let manifest = message.manifest else { continue }
            progress.end()
            if let count = message.unreadableCount, count > 0 {
                say("\(count) samples cannot be read and are left out; the first ones:")
                for line in (message.unreadable ?? []).prefix(5) { say("  \(line)") }
            }
            return manifest
        }
    }

    private func known(_ identity: String) async throws -> PreparedData? {
        guard let dataset = try await registry.dataset(recipe: try BlobDigest(identity)),
            try await registry.state(of: dataset.blob).isComplete,
            let json = dataset.attributes[Self.preparedAttribute]
        else { return nil }
        return try JSONDecoder().decode(PreparedData.self, from: Data(json.utf8))
    }

    private func register(_ manifest: DatasetManifest, _ file: URL) async throws -> PreparedData {
        let prepared = try manifest.prepared
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var attributes = [Self.preparedAttribute: String(decoding: try encoder.encode(prepared), as: UTF8.self)]
        attributes["source"] = manifest.settings.source
        attributes["task"] = manifest.target.kind.rawValue
        attributes["training.samples"] = "\(manifest.samples.training)"
        attributes["validation.samples"] = "\(manifest.samples.validation)"
        attributes["test.samples"] = "\(manifest.samples.test)"
        for (name, input) in manifest.inputs {
            attributes["\(name).kind"] = input.signature.kind.rawValue
            attributes["\(name).shape"] = input.signature.shape.map(String.init).joined(separator: "×")
        }
        attributes[Self.contentAttribute] = manifest.content
        attributes[Self.settingsAttribute] =
            BlobDigest(hashing: Array(try encoder.encode(manifest.settings))).hexadecimal
        let blob = try await registry.upload(file: file)
        let dataset = try await DatasetVersions(registry).next(
            RegisteredDataset(
                name: manifest.name, recipe: try BlobDigest(prepared.id), blob: blob,
                classes: UInt32(manifest.target.outputs), attributes: attributes))
        tellChange(since: dataset)
        _ = try await registry.register(dataset.new)
        return prepared
    }

    /// Reports that a source has changed since it was last prepared with the same settings.
    private func tellChange(since versions: (new: RegisteredDataset, old: RegisteredDataset?)) {
        guard let old = versions.old,
            old.attributes[Self.settingsAttribute] == versions.new.attributes[Self.settingsAttribute],
            old.attributes[Self.contentAttribute] != versions.new.attributes[Self.contentAttribute]
        else { return }
        say(
            "The data in '\(versions.new.attributes["source"] ?? "")' has changed since it was last prepared: "
                + "\(old.trainingSamples) training samples then, \(versions.new.trainingSamples) now.")
    }
}

extension OwnData {
    /// Prepares a scenario's data and returns its text with the prepared data; a text with built-in or already prepared
    /// data is returned unchanged.
    /// - Parameters:
    ///   - folder: The folder that a relative source is relative to.
    ///   - registry: Where to register the data; called only if there is any.
    static func prepared(
        _ text: String, file: String, folder: URL, registry: () async throws -> RegistryClient
    ) async throws -> String {
        if let name = try ScenarioFile.addedDataset(text, file: file) {
            let versions = DatasetVersions(try await registry())
            let data = try versions.prepared(try await versions.find(name))
            return try await complete(text, file: file, with: data, registry())
        }
        guard var settings = try ScenarioFile.dataSettings(text, file: file) else { return text }
        settings.source = absolute(settings.source, folder)
        settings.files = settings.files.map { absolute($0, folder) }
        let registry = try await registry()
        let data = try await OwnData(registry: registry).prepare(settings)
        return try await complete(text, file: file, with: data, registry)
    }

    /// The text with prepared data, and with the registry's pretrained models and user structures that fit it.
    private static func complete(
        _ text: String, file: String, with data: PreparedData, _ registry: RegistryClient
    ) async throws -> String {
        let names = try ScenarioFile.pretrained(text, file: file)
        let (mode, seconds) = try ScenarioFile.fineTuning(text, file: file)
        let tuner = ModelTuner(registry: registry, mode: mode, seconds: seconds)
        var data = try await PretrainedViews(registry: registry, tuner: tuner).added(to: data, named: names)
        data.structures = try await registry.structures(for: Array(data.inputs.values))
        return try ScenarioFile.text(text, with: data)
    }

    static func absolute(_ path: String, _ folder: URL) -> String {
        URL(filePath: path, relativeTo: folder).absoluteURL.standardizedFileURL.path
    }
}

extension DataHelper {
    /// Shows the helper's progress until it sends its result.
    /// - Parameter result: The part of a message that has the result.
    func finish<Result>(_ what: String, _ result: KeyPath<PreparationMessage, Result?>) throws -> Result {
        let progress = ProgressLine(what)
        defer { progress.end() }
        while true {
            let message = try next()
            if let done = message.done, let count = message.count { progress.show(done, of: count) }
            if let result = message[keyPath: result] { return result }
        }
    }
}

/// A progress line on a terminal; elsewhere a single line at the start.
final class ProgressLine {
    private let what: String
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var isShown = false
    private var lastPercent = -1

    init(_ what: String) { self.what = what }

    /// Shows the number of finished items.
    func show(_ done: Int, of count: Int) {
        let percent = count > 0 ? done * 100 / count : 100
        guard percent != lastPercent else { return }
        if isTerminal {
            FileHandle.standardError.write(Data("\r\(what): \(done) of \(count) (\(percent) %)".utf8))
        } else if !isShown {
            say("\(what): \(count)")
        }
        isShown = true
        lastPercent = percent
    }

    /// Ends the line.
    func end() {
        if isTerminal, isShown { FileHandle.standardError.write(Data("\n".utf8)) }
        isShown = false
    }
}
