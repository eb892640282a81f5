import Model

/// The artificial codes of registry models, each read once per search: every trial of a search records the structures
/// that it used, and would ask the registry again.
actor ModelCodes {
    /// Number of codes that are kept.
    static let most = 4_096

    private struct Key: Hashable {
        let search: ScenarioID
        let model: String
    }

    private let read: @Sendable (_ model: String) async throws -> ArtificialCode?
    private var known: [Key: ArtificialCode] = [:]

    /// - Parameter read: Asks the registry; nil if it no longer has the model.
    init(reading read: @escaping @Sendable (_ model: String) async throws -> ArtificialCode?) { self.read = read }

    /// The code of a model, as it was when the search first asked.
    func code(of model: String, in search: ScenarioID) async throws -> ArtificialCode? {
        let key = Key(search: search, model: model)
        if let code = known[key] { return code }
        guard let code = try await read(model) else { return nil }
        if known.count >= Self.most { known.removeAll() }
        known[key] = code
        return code
    }
}
