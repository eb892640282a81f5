/// A region of interest of the brain.
public struct Region: Hashable, Sendable, Codable {
    /// The half of the brain that contains a region.
    public enum Hemisphere: String, CaseIterable, Hashable, Sendable, Codable {
        /// The left one.
        case left = "L"
        /// The right one.
        case right = "R"
        /// On the midline, or in both.
        case both = "B"

        /// Parses the forms that atlases use: a letter or a word in any case, with `M` for the midline.
        init?(inTable text: String) {
            switch text.lowercased() {
            case "l", "lh", "left": self = .left
            case "r", "rh", "right": self = .right
            case "b", "both", "bilateral", "m", "midline", "medial": self = .both
            default: return nil
            }
        }
    }

    /// A position in the coordinates of the Montreal Neurological Institute, in millimeters: right, front and up are
    /// positive.
    public struct Position: Hashable, Sendable, Codable {
        /// To the right.
        public let x: Double
        /// To the front.
        public let y: Double
        /// Upward.
        public let z: Double

        /// Makes a position.
        public init(x: Double, y: Double, z: Double) { (self.x, self.y, self.z) = (x, y, z) }

        /// Straight distance to another position in millimeters.
        public func distance(to other: Position) -> Double {
            let (dx, dy, dz) = (x - other.x, y - other.y, z - other.z)
            return (dx * dx + dy * dy + dz * dz).squareRoot()
        }
    }

    /// Its number in the atlas.
    public let number: Int
    /// Its name, such as `MTG_L_4_1`.
    public let name: String
    /// Its half of the brain.
    public let hemisphere: Hemisphere
    /// Its lobe, such as `Temporal`; empty if the atlas does not name it.
    public let lobe: String
    /// Its gyrus, such as `MTG`; empty if the atlas does not name it.
    public let gyrus: String
    /// The gyrus in words; empty if the atlas does not name it.
    public let gyrusName: String
    /// The part of the gyrus, such as `A21c`; empty if the atlas does not name it.
    public let part: String
    /// The part in words; empty if the atlas does not name it.
    public let partName: String
    /// Its center.
    public let position: Position
    /// The resting-state network that it belongs to, such as `Visual`; empty if the atlas does not name it.
    public let network: String

    /// Makes a region.
    public init(
        number: Int, name: String, hemisphere: Hemisphere, position: Position, lobe: String = "", gyrus: String = "",
        gyrusName: String = "", part: String = "", partName: String = "", network: String = ""
    ) {
        self.number = number
        self.name = name
        self.hemisphere = hemisphere
        self.position = position
        self.lobe = lobe
        self.gyrus = gyrus
        self.gyrusName = gyrusName
        self.part = part
        self.partName = partName
        self.network = network
    }

    /// The region in words, such as `left Middle Temporal Gyrus, caudal area 21`; its name if the atlas has no words.
    public var title: String {
        let words = [gyrusName, partName].filter { !$0.isEmpty }.joined(separator: ", ")
        guard !words.isEmpty else { return name }
        switch hemisphere {
        case .left: return "left \(words)"
        case .right: return "right \(words)"
        case .both: return words
        }
    }
}
