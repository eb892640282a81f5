public import Model

/// Maps what is perceived to an atlas and its areas.
///
/// ```swift
/// let resolver = Resolver(map, digest: AtlasFiles.shipped.digest, networks: offers)
/// let explanation = try resolver.explain(.init(stimuli: ["see written digits", "hear spoken digits"]))
/// ```
///
/// A sub-area is activated if it has at least 0.6 of its full activation, which is the activation from engaging its own
/// functions, and if that rests on three active regions, or on all of its regions if it has fewer: among few regions, a
/// single one shared with other areas would suffice. An area is activated if one of its sub-areas is, and is as active
/// as the most active of these.
public struct Resolver: Sendable {
    /// Minimum share of its full activation for an area to be activated.
    public static let areaThreshold = 0.6
    /// Minimum number of active regions of an activated area, if it has that many.
    static let leastRegions = 3.0
    /// Maximum number of candidates that an explanation lists, and of networks of other areas.
    public static let mostNetworks = 1_000

    /// What is to be resolved.
    public struct Request: Hashable, Sendable {
        /// Stimuli in words.
        public var stimuli: [String]
        /// Names of functions; the first parts of a path can be left out.
        public var functions: [String]
        /// The function of each modality; empty if it engages none.
        public var modalities: [String: String]

        /// Makes a request.
        public init(stimuli: [String] = [], functions: [String] = [], modalities: [String: String] = [:]) {
            self.stimuli = stimuli
            self.functions = functions
            self.modalities = modalities
        }
    }

    private let map: AreaMap
    private let digest: BlobDigest
    private let networks: [Int: [String]]
    private let lexicon: Lexicon

    /// Makes a resolver.
    /// - Parameters:
    ///   - digest: Identity of the atlas.
    ///   - networks: Names of the networks that each area offers, by the area's identity.
    public init(_ map: AreaMap, digest: BlobDigest, networks: [Int: [String]] = [:]) {
        self.map = map
        self.digest = digest
        self.networks = networks
        lexicon = Lexicon(map.atlas)
    }

    /// The whole chain.
    /// - Throws: `Failure` with code `invalid-argument` whose message begins with the invalid field.
    public func explain(_ request: Request) throws -> Explanation {
        let (engagements, unknown) = try engagements(request)
        let functions = unique(engagements.flatMap { $0.matches.flatMap(\.functions) })
        let activation = Activation(of: map.atlas, by: functions)
        let parts = ranking(map.areas.filter { $0.parent != nil }, activation)
        let areas = ranking(map.tops, activation, within: parts)
        let joint = cooperation(areas, parts, activation)
        return Explanation(
            atlas: digest, engagements: engagements, unknownWords: unknown.isEmpty ? nil : unknown,
            functions: functions,
            regions: activation.regions.map(shown), areas: areas, parts: parts, cooperation: joint.bonds,
            candidates: candidates(parts + areas),
            modalities: modalities(request, areas: areas, parts: parts, order: joint.order),
            settings: .init(
                spread: Activation.spread, regionThreshold: Activation.threshold, areaThreshold: Self.areaThreshold))
    }

    // MARK: Functions

    /// What the functions and the stimuli engage; if neither engages anything, what the modalities engage. Unknown
    /// words are reported.
    private func engagements(
        _ request: Request
    ) throws -> (engagements: [Explanation.Engagement], unknown: [Explanation.UnknownWord]) {
        let named = try request.functions.map { name in
            let match = Lexicon.Match(words: name, functions: try functions(named: name, field: "functions"))
            return Explanation.Engagement(source: name, matches: [match])
        }
        var spoken: [Explanation.Engagement] = [], unknown: [Explanation.UnknownWord] = []
        for stimulus in request.stimuli {
            let found = lexicon.matches(in: stimulus)
            spoken.append(.init(source: stimulus, matches: found.matches))
            unknown += found.unknown.map {
                .init(word: $0, stimulus: stimulus, nearest: lexicon.nearest(to: $0))
            }
        }
        if (named + spoken).contains(where: { !$0.matches.isEmpty }) { return (named + spoken, unknown) }
        guard !request.modalities.isEmpty else {
            let hint = unknown.first.map { " \($0.warning)" } ?? ""
            throw Failure(
                .invalidArgument,
                """
                stimuli: nothing engages a brain function; describe what is perceived, such as 'see written \
                digits', or give functions: [vision.shape]; see 'gyrus functions --words'.\(hint)
                """)
        }
        let perceiving = request.modalities.filter { !$0.value.isEmpty }
        let perceived = try perceiving.sorted { $0.key < $1.key }.map { modality, name in
            let functions = try functions(named: name, field: "modalities.\(modality)")
            return Explanation.Engagement(
                source: "modality \(modality)", matches: [.init(words: modality, functions: functions)])
        }
        return (spoken + perceived, unknown)
    }

    /// The function with a given name, or the functions of the area with that name, even if it was renamed.
    private func functions(named name: String, field: String) throws -> [String] {
        do {
            return [try map.atlas.function(named: name).name]
        } catch let failure as Failure {
            let area = try? map.area(named: name)
            if failure.code == .notFound, let area, !area.functions.isEmpty { return area.functions }
            throw Failure(.invalidArgument, "\(field): \(failure.message)")
        }
    }

    private func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }

    // MARK: Regions and areas

    private func shown(_ region: Activation.ActiveRegion) -> Explanation.ActiveRegion {
        let found = map.atlas.regions[region.position]
        return Explanation.ActiveRegion(
            name: found.name, title: found.title, activation: rounded(region.strength),
            association: rounded(region.drive), spread: rounded(region.strength - region.drive),
            function: region.function)
    }

    private func ranking(
        _ areas: [Area], _ activation: Activation, within parts: [Explanation.ActiveArea] = []
    ) -> [Explanation.ActiveArea] {
        areas.map { area in
            var shown = shown(area, activation)
            let own = Set(map.parts(of: area).map(\.id))
            let rivals = parts.filter { own.contains($0.id) }
            if let strongest = rivals.first(where: \.isActivated) ?? rivals.first {
                shown.activation = strongest.activation
                shown.fullActivation = strongest.fullActivation
                shown.isActivated = strongest.isActivated
            }
            return shown
        }.sorted { ($1.activation, $0.id) < ($0.activation, $1.id) }
    }

    private func shown(_ area: Area, _ activation: Activation) -> Explanation.ActiveArea {
        let ties = map.ties(of: area)
        let (strength, full) = (activation.activation(of: ties), Activation.full(of: ties))
        return Explanation.ActiveArea(
            id: area.id, path: map.path(of: area), activation: rounded(strength), fullActivation: rounded(full),
            activeRegions: activation.count(in: ties), regions: ties.count,
            isActivated: full > 0 && strength >= Self.areaThreshold * full
                && Double(activation.count(in: ties)) >= min(Self.leastRegions, Activation.size(of: ties)))
    }

    // MARK: Cooperation

    private func cooperation(
        _ areas: [Explanation.ActiveArea], _ parts: [Explanation.ActiveArea], _ activation: Activation
    ) -> (bonds: [Explanation.Bond], order: [String]) {
        let activated = areas.filter(\.isActivated)
        let ties = activated.map { area in
            let own = map.area(area.id).map { map.parts(of: $0) } ?? []
            let live = own.filter { part in parts.contains { $0.id == part.id && $0.isActivated } }
            guard !live.isEmpty else { return map.area(area.id).map { map.ties(of: $0) } ?? [:] }
            return live.map { map.ties(of: $0) }.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: max) }
        }
        let cooperation = Cooperation(of: ties, in: activation, of: map.atlas)
        let bonds = cooperation.pairs.map {
            Explanation.Bond(
                first: activated[$0.first].path, second: activated[$0.second].path, strength: rounded($0.strength))
        }
        return (bonds, cooperation.order.map { activated[$0].path })
    }

    // MARK: Networks

    /// Networks of activated areas, those of the most active area first. If an area is as active as its most active
    /// part, the part's networks come first, because they are more specific to the input.
    private func candidates(_ areas: [Explanation.ActiveArea]) -> [Explanation.Candidate] {
        let activated = areas.enumerated().filter(\.element.isActivated)
            .sorted { ($1.element.activation, $0.offset) < ($0.element.activation, $1.offset) }.map(\.element)
        let offers = activated.flatMap { area in
            (networks[area.id] ?? []).sorted().map {
                Explanation.Candidate(network: $0, area: area.path, activation: area.activation)
            }
        }
        return Array(offers.prefix(Self.mostNetworks))
    }

    private func modalities(
        _ request: Request, areas: [Explanation.ActiveArea], parts: [Explanation.ActiveArea], order: [String]
    ) -> [Explanation.ModalityPlan] {
        let plans = request.modalities.sorted { $0.key < $1.key }.map { modality, name in
            // If the atlas does not know the function, there is no area for it, and all networks suit the modality.
            let function = (try? map.atlas.function(named: name).name) ?? name
            let area = map.tops.first { $0.functions.contains { BrainFunction.isWithin(function, $0) } }
            return plan(modality, function, area, unbound(areas, parts), parts)
        }
        // Modalities whose areas are not activated come last.
        let places = plans.map { plan in order.firstIndex { $0 == plan.area } ?? order.count }
        return plans.indices.sorted { (places[$0], $0) < (places[$1], $1) }.map { plans[$0] }
    }

    /// Activated areas that process no kind of data, such as emotion, with their activated parts: their networks suit
    /// all modalities.
    private func unbound(
        _ areas: [Explanation.ActiveArea], _ parts: [Explanation.ActiveArea]
    ) -> [Int] {
        let perceiving = ModalityKind.allCases.compactMap(\.function)
        let free = areas.filter { shown in
            guard shown.isActivated, let area = map.area(shown.id) else { return false }
            return !area.functions.contains { owned in perceiving.contains { BrainFunction.isWithin($0, owned) } }
        }.map(\.id)
        return parts.filter { $0.isActivated && free.contains(map.area($0.id)?.parent ?? -1) }.map(\.id) + free
    }

    private func plan(
        _ modality: String, _ function: String, _ area: Area?, _ unbound: [Int], _ parts: [Explanation.ActiveArea]
    ) -> Explanation.ModalityPlan {
        let live = parts.filter { part in
            part.isActivated && map.area(part.id)?.parent == area?.id && area != nil
        }
        let offering = live.map(\.id) + [area?.id].compactMap { $0 } + unbound
        let offers = unique(offering.flatMap { (networks[$0] ?? []).sorted() })
        // A network that a search created is assigned to the areas of its scenario, which does not show whether it
        // could be useful elsewhere.
        let elsewhere =
            area == nil ? [] : Set(networks.values.joined()).subtracting(offers).filter { !$0.contains("×") }
        return Explanation.ModalityPlan(
            modality: modality, function: function, area: area.map { map.path(of: $0) },
            candidates: Array(offers.prefix(Self.mostNetworks)),
            others: Array(elsewhere.sorted().prefix(Self.mostNetworks)))
    }
}

/// Rounded to four digits: further digits would only be numerical noise.
private func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
