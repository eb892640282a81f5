import Foundation
public import Model

/// Why a scenario engages certain areas and networks, with the numbers: from its words through functions, regions and
/// areas to candidate networks and the order of fusion.
///
/// `Resolver` makes it, `gyrus explain` shows it, and searches store it in this form as JSON.
public struct Explanation: Hashable, Sendable, Codable {
    /// Words of the scenario and the functions that they engage.
    public struct Engagement: Hashable, Sendable, Codable {
        /// The scenario's text, such as `see written digits`, `vision.shape` or `modality image`.
        public var source: String
        /// The words in it that were found, and the functions of each.
        public var matches: [Lexicon.Match]
    }

    /// A word of a stimulus that engages nothing, because it is unknown.
    public struct UnknownWord: Hashable, Sendable, Codable {
        /// The word as written in the stimulus.
        public var word: String
        /// The whole stimulus that contains it.
        public var stimulus: String
        /// The nearest known words.
        public var nearest: [String]

        /// A note about it for the user.
        public var warning: String {
            let hint =
                nearest.isEmpty
                ? "" : " The closest known words are \(nearest.map { "'\($0)'" }.joined(separator: ", "))."
            return "stimuli: '\(stimulus.prefix(80))': no brain function is known for the word "
                + "'\(word.prefix(40))', so it engages nothing.\(hint)"
        }
    }

    /// A region that the functions or its partners activate at least to the threshold.
    public struct ActiveRegion: Hashable, Sendable, Codable {
        /// Its name in the atlas.
        public var name: String
        /// The region in words.
        public var title: String
        /// Its activation, from the threshold to 1.
        public var activation: Double
        /// The part from the functions.
        public var association: Double
        /// The part from its partners.
        public var spread: Double
        /// The function that drives it most; nil if only its partners drive it.
        public var function: String?
    }

    /// An area or sub-area and how active it is.
    public struct ActiveArea: Hashable, Sendable, Codable {
        /// Identity, which renaming does not change.
        public var id: Int
        /// Name with that of the area that it is part of.
        public var path: String
        /// How active it is: the mean activation of its regions, from 0 to 1.
        public var activation: Double
        /// How active it would be if its own functions were engaged.
        public var fullActivation: Double
        /// Its regions that are active.
        public var activeRegions: Int
        /// All its regions.
        public var regions: Int
        /// Whether it is activated.
        public var isActivated: Bool
    }

    /// How strongly two activated areas cooperate.
    public struct Bond: Hashable, Sendable, Codable {
        /// The area named first.
        public var first: String
        /// The area named second.
        public var second: String
        /// From 0 to 1.
        public var strength: Double
    }

    /// A network that an activated area offers.
    public struct Candidate: Hashable, Sendable, Codable {
        /// Name of the network.
        public var network: String
        /// The area that offers it.
        public var area: String
        /// How active that area is.
        public var activation: Double
    }

    /// What perceives a modality.
    public struct ModalityPlan: Hashable, Sendable, Codable {
        /// Name of the modality.
        public var modality: String
        /// The function that it engages.
        public var function: String
        /// The area of that function; nil if there is none.
        public var area: String?
        /// Networks that the area and its activated sub-areas offer, those of the most active one first.
        public var candidates: [String]
        /// Networks that belong to other areas alone; those that searches have scaled (`LeNet5×0.5`) are left out.
        public var others: [String]
    }

    /// The constants of the rules.
    public struct Settings: Hashable, Sendable, Codable {
        /// Share of the gap to full activation that fully active partners fill.
        public var spread: Double
        /// Activation from which a region is active.
        public var regionThreshold: Double
        /// Share of its full activation from which an area is activated.
        public var areaThreshold: Double
    }

    /// Identity of the atlas.
    public var atlas: BlobDigest
    /// What the scenario engages.
    public var engagements: [Engagement]
    /// Unknown words of stimuli; nil if all are known.
    public var unknownWords: [UnknownWord]?
    /// All engaged functions.
    public var functions: [String]
    /// The active regions, the strongest first.
    public var regions: [ActiveRegion]
    /// The areas, the most active one first.
    public var areas: [ActiveArea]
    /// The sub-areas, the most active one first.
    public var parts: [ActiveArea]
    /// How activated areas cooperate, the strongest bond first.
    public var cooperation: [Bond]
    /// Candidate networks, those of the most active area first.
    public var candidates: [Candidate]
    /// The modalities, in the order in which their fusion is tried.
    public var modalities: [ModalityPlan]
    /// The constants of the rules.
    public var settings: Settings

    /// Names of the modalities in the order in which their fusion is tried.
    public var fusionOrder: [String] { modalities.map(\.modality) }
}

extension Explanation {
    /// Reads the JSON form.
    /// - Throws: `Failure` with code `corrupt`.
    public init(json: String) throws {
        do {
            self = try JSONDecoder().decode(Explanation.self, from: Data(json.utf8))
        } catch {
            throw Failure(.corrupt, "Cannot read the explanation; another version wrote it. \(error)")
        }
    }

    /// The JSON form, equal for equal explanations.
    public var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}

extension Explanation {
    /// What determines which structures a search chooses from.
    public var engaged: EngagedAreas {
        EngagedAreas(
            excluded: Dictionary(modalities.map { ($0.modality, Set($0.others)) }) { $0.union($1) },
            activated: Set(activations.keys))
    }

    /// How active each activated area and sub-area is, by its path.
    public var activations: [String: Double] {
        let active = (areas + parts).filter(\.isActivated)
        return Dictionary(active.map { ($0.path, $0.activation) }) { first, _ in first }
    }
}
