public import Model
package import Schema

/// A change to the areas; repeating a change has no further effect.
public enum AreaChange: Hashable, Sendable {
    /// The functions, regions and networks that an area is tied to.
    public struct Ties: Hashable, Sendable {
        /// Names of functions.
        public var functions: [String]
        /// Regions by name with strengths from 0 to 1; 0 removes a region that the functions imply.
        public var regions: [String: Double]
        /// Base networks.
        public var networks: [BlobDigest]

        /// Makes a set of ties.
        public init(functions: [String] = [], regions: [String: Double] = [:], networks: [BlobDigest] = []) {
            self.functions = functions
            self.regions = regions
            self.networks = networks
        }
    }

    /// Adds an area, or a sub-area with a name such as `vision.text`.
    case add(String, Ties)
    /// Renames an area; it keeps its networks and codes.
    case rename(String, to: String)
    /// Moves functions, regions and networks of an area into a new area at the same level. If no networks are named,
    /// both areas offer all of the area's networks.
    case split(String, off: String, Ties)
    /// Merges the other areas into the first one.
    case merge(String, from: [String])
    /// Adds ties to an area.
    case tie(String, Ties)
    /// Removes ties from an area.
    case untie(String, Ties)

    /// Decodes a received change.
    /// - Throws: `Failure` with code `invalid-argument` if it is not a valid change.
    package init(_ wire: Wire.AreaChangeRequest) throws {
        let ties = Ties(
            functions: wire.functions,
            regions: Dictionary(wire.regions.map { ($0.region, $0.strength) }) { $1 },
            networks: try wire.networks.map { try BlobDigest($0) })
        switch wire.action {
        case "add": self = .add(wire.area, ties)
        case "rename": self = .rename(wire.area, to: wire.name)
        case "split": self = .split(wire.area, off: wire.name, ties)
        case "merge": self = .merge(wire.area, from: wire.others)
        case "tie": self = .tie(wire.area, ties)
        case "untie": self = .untie(wire.area, ties)
        default:
            throw Failure(
                .invalidArgument,
                "'\(wire.action.prefix(40))' is not a change of areas; use add, rename, split, merge, tie or untie.")
        }
    }
}

extension Wire.AreaChangeRequest {
    /// The change in wire form.
    package init(_ change: AreaChange) {
        switch change {
        case .add(let area, let ties): self.init("add", area, ties: ties)
        case .rename(let area, let name): self.init("rename", area, name: name)
        case .split(let area, let name, let ties): self.init("split", area, name: name, ties: ties)
        case .merge(let area, let others): self.init("merge", area, others: others)
        case .tie(let area, let ties): self.init("tie", area, ties: ties)
        case .untie(let area, let ties): self.init("untie", area, ties: ties)
        }
    }

    private init(
        _ action: String, _ area: String, name: String = "", ties: AreaChange.Ties = .init(), others: [String] = []
    ) {
        self.init(
            action: action, area: area, name: name, functions: ties.functions,
            regions: ties.regions.sorted { $0.key < $1.key }.map {
                Wire.RegionTie(region: $0.key, strength: $0.value, byHand: true)
            }, networks: ties.networks.map(\.hexadecimal), others: others)
    }
}
