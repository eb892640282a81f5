public import Model

/// Resolves what is perceived over an atlas and its areas.
///
/// ```swift
/// let resolver = Resolver(map, digest: files.digest, networks: offers)
/// let explanation = try resolver.explain(.init(stimuli: ["see written digits", "hear spoken digits"]))
/// ```
///
/// A sub-area is activated from 0.6 of its full activation on: it is then at least as active as if three fifths of what
/// engaging its own functions gives were there. That must rest on three active regions, or on as many as the sub-area has
/// where these are fewer: of few regions one that others share would be enough. An area is activated where one of its sub-areas is, and as active as the most
/// active one of those.
public struct Resolver: Sendable {
    /// Share of its full activation from which an area is activated.
    public static let areaThreshold = 0.6
    /// Active regions that an area needs, where it has as many.
    static let leastRegions = 3.0
    /// The most candidates that an explanation lists, and the most networks of other areas.
    public static let mostNetworks = 1_000

    /// What is to be resolved.
    public struct Request: Hashable, Sendable {
        /// Stimuli in words.
        public var stimuli: [String]
        /// Names of functions; the first parts of a path can be left out.
        public var functions: [String]
        /// The function of each modality; empty where it engages none.
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
    /// - Throws: `Failure` with code `invalid-argument` whose message begins with the field that is wrong.
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

    /// What the functions and the stimuli say; where both engage nothing, what the modalities are. Words of which nothing is
    /// known are told.
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
                stimuli: nothing engages a function of the brain; say what is perceived, such as 'see written digits', or \
                give functions: [vision.shape]; see 'gyrus functions --words'.\(hint)
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

    /// The function of a name, or the functions of the area of that name, whatever it was renamed to.
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

    /// Networks of activated areas, those of the most active one first; where an area is as active as its most active part,
    /// the part's come first, because they are made for what is perceived.
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
            // An atlas that does not know the function has no area for it; the modality is then open to all networks.
            let function = (try? map.atlas.function(named: name).name) ?? name
            let area = map.tops.first { $0.functions.contains { BrainFunction.isWithin(function, $0) } }
            return plan(modality, function, area, unbound(areas, parts), parts)
        }
        // Those whose areas are not activated come last.
        let places = plans.map { plan in order.firstIndex { $0 == plan.area } ?? order.count }
        return plans.indices.sorted { (places[$0], $0) < (places[$1], $1) }.map { plans[$0] }
    }

    /// Activated areas that perceive no kind of data, such as that of emotion, with their activated parts: their networks are
    /// for all modalities.
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
        // What a search has made belongs where it was needed, which says nothing about where else it could be of use.
        let elsewhere =
            area == nil ? [] : Set(networks.values.joined()).subtracting(offers).filter { !$0.contains("×") }
        return Explanation.ModalityPlan(
            modality: modality, function: function, area: area.map { map.path(of: $0) },
            candidates: Array(offers.prefix(Self.mostNetworks)),
            others: Array(elsewhere.sorted().prefix(Self.mostNetworks)))
    }
}

/// To four digits: more would only be noise of the arithmetic.
private func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
