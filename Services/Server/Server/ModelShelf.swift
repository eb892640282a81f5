import Logging
import Model
import Synchronization

/// The served models by name; each has one version at a time.
final class ModelShelf: Sendable {
    private let models = Mutex<[String: ServedModel]>([:])
    private let isDraining = Mutex(false)
    /// Names that will be served, even if no version is available yet.
    let expected: Mutex<Set<String>>

    init(expected: [String]) { self.expected = Mutex(Set(expected)) }

    /// All models, by name.
    var all: [ServedModel] { models.withLock { $0.values.sorted { $0.name < $1.name } } }

    /// Whether all models answer and the server is not shutting down.
    var isReady: Bool {
        let (served, wanted) = (models.withLock { $0 }, expected.withLock { $0 })
        return !isDraining.withLock { $0 } && wanted.allSatisfy { served[$0] != nil }
            && served.values.allSatisfy(\.isReady)
    }

    /// Marks the server as shutting down, so that load balancers stop sending requests.
    func drain() { isDraining.withLock { $0 = true } }

    /// Replaces the previous version, which ends when its last request is answered.
    func put(_ model: ServedModel) { models.withLock { $0[model.name] = model } }

    /// Removes a model.
    func remove(_ name: String) { models.withLock { _ = $0.removeValue(forKey: name) } }

    /// The model with a name.
    /// - Parameters:
    ///   - name: Its name; nil if there is only one.
    ///   - version: Its version; nil for the live one.
    /// - Throws: `Failure` with code `not-found` that lists the served models.
    func model(_ name: String?, version: String? = nil) throws -> ServedModel {
        let known = models.withLock { $0 }
        let names = known.keys.sorted()
        guard let name else {
            if known.count == 1, let only = known.values.first { return only }
            throw Failure(
                .invalidArgument,
                names.isEmpty
                    ? "No model is served yet."
                    : "Several models are served; select one with ?model=NAME: \(names.joined(separator: ", ")).")
        }
        guard let model = known[name] else {
            throw Failure(
                .notFound,
                "There is no model '\(name)'.\(NearestName.question(name, among: names)) "
                    + (names.isEmpty ? "None is served yet." : "Served models: \(names.joined(separator: ", "))."))
        }
        guard version == nil || version == model.version else {
            throw Failure(
                .notFound,
                "Model '\(name)' is served in version '\(model.version)', not '\(version ?? "")'; omit the version."
            )
        }
        return model
    }
}
