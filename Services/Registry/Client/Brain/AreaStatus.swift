public import Brain
public import Foundation
import Model
package import Schema

/// An area as the registry has it, with its regions and what it offers.
public struct AreaStatus: Hashable, Sendable, Codable, Identifiable {
    /// How strongly a region belongs to the area.
    public struct Tie: Hashable, Sendable, Codable {
        /// Name of the region.
        public var region: String
        /// Strength from 0 to 1.
        public var strength: Double
        /// Whether a person tied it by name.
        public var isByHand: Bool

        /// Makes a tie.
        public init(region: String, strength: Double, isByHand: Bool) {
            self.region = region
            self.strength = strength
            self.isByHand = isByHand
        }
    }

    /// Identity, which never changes.
    public var id: Int
    /// Name, preceded by that of its parent area if it has one, such as `vision.motion`.
    public var path: String
    /// Identity of the parent area; nil for a top-level area.
    public var parent: Int?
    /// Functions that the area is tied to.
    public var functions: [String]
    /// Its regions, strongest first.
    public var regions: [Tie]
    /// Number of base networks that it offers itself.
    public var networks: Int
    /// Number of pretrained models of these networks.
    public var models: Int
    /// Whether it contains only the regions that no other sub-area of its parent has.
    public var isRest: Bool
    /// Who made it.
    public var origin: Area.Origin

    /// Makes a status.
    public init(
        id: Int, path: String, parent: Int?, functions: [String], regions: [Tie], networks: Int, models: Int,
        isRest: Bool, origin: Area.Origin
    ) {
        self.id = id
        self.path = path
        self.parent = parent
        self.functions = functions
        self.regions = regions
        self.networks = networks
        self.models = models
        self.isRest = isRest
        self.origin = origin
    }

    /// Decodes a received area.
    package init(_ wire: Wire.Area) {
        self.init(
            id: Int(wire.id), path: wire.path, parent: wire.parent == 0 ? nil : Int(wire.parent),
            functions: wire.functions,
            regions: wire.regions.map { Tie(region: $0.region, strength: $0.strength, isByHand: $0.byHand) },
            networks: Int(wire.networks), models: Int(wire.models), isRest: wire.rest,
            origin: Area.Origin(rawValue: wire.origin) ?? .user)
    }
}

extension Wire.Area {
    /// The area in wire form.
    package init(_ area: AreaStatus) {
        self.init(
            id: UInt32(clamping: area.id), path: area.path, parent: UInt32(clamping: area.parent ?? 0),
            functions: area.functions,
            regions: area.regions.map {
                Wire.RegionTie(region: $0.region, strength: $0.strength, byHand: $0.isByHand)
            }, networks: UInt32(clamping: area.networks), models: UInt32(clamping: area.models), rest: area.isRest,
            origin: area.origin.rawValue)
    }
}

/// An entry in the history of an area.
public struct AreaHistoryEntry: Hashable, Sendable, Codable {
    /// Sequence number, ascending.
    public var number: Int
    /// Time of the change.
    public var time: Date
    /// Identity of the area.
    public var area: Int
    /// Name of the area at that time.
    public var path: String
    /// The action, such as `renamed`.
    public var action: String
    /// Details of the action by name, such as the regions that were tied.
    public var details: [String: String]

    /// Makes an entry.
    public init(number: Int, time: Date, area: Int, path: String, action: String, details: [String: String]) {
        self.number = number
        self.time = time
        self.area = area
        self.path = path
        self.action = action
        self.details = details
    }

    /// Decodes a received entry.
    package init(_ wire: Wire.AreaHistoryEntry) {
        self.init(
            number: Int(wire.number), time: Date(microseconds: wire.timeMicroseconds), area: Int(wire.area),
            path: wire.path, action: wire.action, details: .init(wire.details))
    }
}

extension Wire.AreaHistoryEntry {
    /// The entry in wire form.
    package init(_ entry: AreaHistoryEntry) {
        self.init(
            number: UInt64(entry.number), timeMicroseconds: entry.time.microseconds,
            area: UInt32(clamping: entry.area), path: entry.path, action: entry.action, details: .init(entry.details))
    }
}
