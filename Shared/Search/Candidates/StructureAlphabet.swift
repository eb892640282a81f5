public import Model
public import Networks

/// The structures that each modality's gene chooses from, and why others are excluded.
///
/// A scenario that names structures searches those. Otherwise a family is included if it can read the modality, is
/// usual for such data, and serves an activated area; the area that perceives the modality is always activated.
/// Families for tables and series serve no area, so only what they can read matters. Pretrained networks whose
/// features were computed for a modality are also included, and come first if their features fit the target better than
/// the samples as they are. Structures added by users count like those of Gyrus, and come first among them.
public struct StructureAlphabet: Sendable {
    /// Whether a family that can read a modality was chosen, and why.
    public struct Choice: Hashable, Sendable {
        /// Name of the family, such as `ResNet`.
        public let family: String
        /// Whether the search chooses it.
        public let isIn: Bool
        /// Why, or why not, for display.
        public let reason: String
    }

    private let scenario: Scenario
    private let engaged: EngagedAreas
    private let all: [StructureFamily]
    private let named: [StructureFamily]
    private let without: Set<String>

    /// Reads a scenario's fields about structures.
    /// - Throws: `Failure` with code `invalid-argument` whose message begins with the invalid field.
    public init(_ scenario: Scenario, engaged: EngagedAreas = .all) throws {
        let field = "search.structures"
        let words = scenario.search.structures ?? []
        let excluded = words.filter { $0.hasPrefix("-") }.map { String($0.dropFirst()) }
        all = try scenario.data.structures.map { try StructureTemplate(json: $0).family } + StructureFamily.all
        without = Set(try NetworkSpace.choices(excluded, among: all, named: \.name, field: field).map(\.name))
        named = try NetworkSpace.choices(
            words.filter { !$0.hasPrefix("-") }, among: all, named: \.name, field: field)
        let inputs = scenario.data.inputs
        if let useless = named.first(where: { family in !inputs.values.contains(where: family.takes) }) {
            let forms = useless.forms.map(\.rawValue).sorted().joined(separator: ", ")
            throw Failure(
                .invalidArgument, "\(field): \(useless.name) reads \(forms), but the scenario has no such modality.")
        }
        self.scenario = scenario
        self.engaged = engaged
    }

    /// The families of a modality's gene, most promising first.
    /// - Throws: `Failure` with code `invalid-argument` if none is left.
    public func families(for modality: String) throws -> [StructureFamily] {
        let pretrained = frozen(for: modality)
        let families = choices(for: modality).filter(\.isIn).compactMap { choice in
            pretrained.first { $0.family.name == choice.family }?.family
                ?? all.first { $0.name == choice.family }
        }
        guard !families.isEmpty else { throw nothingLeft(modality) }
        return families
    }

    /// The choice about each family that can read a modality.
    public func choices(for modality: String) -> [Choice] {
        let pretrained = frozen(for: modality)
        let first = pretrained.filter(\.view.isPromising), last = pretrained.filter { !$0.view.isPromising }
        return first.map(\.choice) + freshChoices(for: modality) + last.map(\.choice)
    }

    /// The frozen networks of a modality, those with the greatest evidence first.
    private func frozen(for modality: String) -> [(family: StructureFamily, view: PreparedView, choice: Choice)] {
        let views = scenario.data.views.filter { $0.value.modality == modality }.map { ($0.key, $0.value) }
        return views.sorted(by: PreparedView.precedes).map { name, view in
            let family = StructureFamily.frozen(view, as: name)
            return (family, view, Choice(family: family.name, isIn: true, reason: view.reason))
        }
    }

    private func freshChoices(for modality: String) -> [Choice] {
        guard let signature = scenario.data.inputs[modality] else { return [] }
        let named = named.filter { $0.takes(signature) }
        let others = all.filter { family in
            family.takes(signature) && !named.contains { $0.name == family.name }
        }
        return named.map { Choice(family: $0.name, isIn: true, reason: "the scenario names it") }
            + others.map { family in
                let refusal =
                    named.isEmpty ? refusal(of: family, modality, signature) : "the scenario names others"
                return Choice(
                    family: family.name, isIn: refusal == nil, reason: refusal ?? reason(for: family, signature))
            }
    }

    private func reason(for family: StructureFamily, _ signature: InputSignature) -> String {
        let form = StructureFamily.Form(signature)?.rawValue ?? signature.kind.rawValue
        let areas = family.areas.filter { isActivated($0, signature) }
        return areas.isEmpty ? "reads a \(form)" : "reads a \(form); serves \(areas.joined(separator: ", "))"
    }

    /// Why a family is excluded; nil if it is not.
    private func refusal(of family: StructureFamily, _ modality: String, _ signature: InputSignature) -> String? {
        if without.contains(family.name) { return "the scenario excludes it" }
        guard let form = StructureFamily.Form(signature), family.usualForms.contains(form) else {
            return "used only if search.structures names it"
        }
        if engaged.excluded[modality]?.contains(family.name) == true { return "belongs only to other areas" }
        guard family.areas.isEmpty || family.areas.contains(where: { isActivated($0, signature) }) else {
            return "serves \(family.areas.joined(separator: ", ")), not activated"
        }
        do {
            _ = try family.network(input: modality, signature, outputs: scenario.data.target.outputs)
            return nil
        } catch {
            return "cannot take shape \(signature.shape): \((error as? Failure)?.message ?? "\(error)")"
        }
    }

    private func isActivated(_ area: String, _ signature: InputSignature) -> Bool {
        guard let activated = engaged.activated else { return true }
        return area == signature.kind.area || activated.contains(area)
    }

    private func nothingLeft(_ modality: String) -> Failure {
        guard let signature = scenario.data.inputs[modality],
            all.contains(where: { $0.takes(signature) })
        else {
            let signature = scenario.data.inputs[modality]
            return Failure(
                .invalidArgument,
                """
                modalities.\(modality): no structure reads \(signature?.kind.rawValue ?? "it") of shape \
                \(signature?.shape ?? []).
                """)
        }
        let reasons = choices(for: modality).map { "\($0.family): \($0.reason)" }.joined(separator: "; ")
        return Failure(
            .invalidArgument,
            """
            modalities.\(modality): no structure is left to choose (\(reasons)). Tie one to the modality's area \
            ('gyrus areas tie'), or name structures under search.structures.
            """)
    }
}

extension PreparedView {
    /// The expected benefit of trying it, for display.
    fileprivate var reason: String {
        if let tuning {
            let comparison = tuning.isBetter ? "better" : "no better"
            return
                "pretrained, fine-tuned: validation \(tuning.metric) \(Self.text(tuning.after)), \(comparison) than "
                + "\(Self.text(tuning.before)) with only a new head"
        }
        guard let score = scores[Self.evidence], let plain = reference[Self.evidence] else {
            return "pretrained, frozen: \(width) features"
        }
        let comparison = isPromising ? "more" : "no more"
        return
            "pretrained, frozen: \(width) features with LogME \(Self.text(score)), \(comparison) than "
            + "\(Self.text(plain)) for the raw samples"
    }

    private static func text(_ value: Double) -> String { "\((value * 1_000).rounded() / 1_000)" }
}
