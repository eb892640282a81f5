import Logging
import Model
import Synchronization

/// The models that are served, by name; each has one version at a time.
final class ModelShelf: Sendable {
    private let models = Mutex<[String: ServedModel]>([:])
    private let isDraining = Mutex(false)
    /// Names that will be served, though their versions may not be there yet.
    let expected: Mutex<Set<String>>

    init(expected: [String]) { self.expected = Mutex(Set(expected)) }

    /// All models, by name.
    var all: [ServedModel] { models.withLock { $0.values.sorted { $0.name < $1.name } } }

    /// Whether all models answer, and no end is in sight.
    var isReady: Bool {
        let (served, wanted) = (models.withLock { $0 }, expected.withLock { $0 })
        return !isDraining.withLock { $0 } && wanted.allSatisfy { served[$0] != nil }
            && served.values.allSatisfy(\.isReady)
    }

    /// Says that the server ends: load balancers shall send nothing more.
    func drain() { isDraining.withLock { $0 = true } }

    /// Puts a version in the place of the one before, which ends when its last request is answered.
    func put(_ model: ServedModel) { models.withLock { $0[model.name] = model } }

    /// Takes a model away.
    func remove(_ name: String) { models.withLock { _ = $0.removeValue(forKey: name) } }

    /// The model of a name.
    /// - Parameters:
    ///   - name: Its name; nil if there is one only.
    ///   - version: Its version; nil for whatever is live.
    /// - Throws: `Failure` with code `not-found` that names those that are served.
    func model(_ name: String?, version: String? = nil) throws -> ServedModel {
        let known = models.withLock { $0 }
        let names = known.keys.sorted()
        guard let name else {
            if known.count == 1, let only = known.values.first { return only }
            throw Failure(
                .invalidArgument,
                names.isEmpty
                    ? "No model is served yet."
                    : "Several models are served; say which with ?model=NAME: \(names.joined(separator: ", ")).")
        }
        guard let model = known[name] else {
            throw Failure(
                .notFound,
                "There is no model '\(name)'.\(NearestName.question(name, among: names)) "
                    + (names.isEmpty ? "None is served yet." : "Served are \(names.joined(separator: ", "))."))
        }
        guard version == nil || version == model.version else {
            throw Failure(
                .notFound,
                "Model '\(name)' is served in version '\(model.version)', not '\(version ?? "")'; leave the version out."
            )
        }
        return model
    }
}
