public import Brain
import Foundation
import Messaging
import Model
import Schema

extension RegistryClient {
    /// Maximum duration of an atlas import.
    private static let importTime = Duration.seconds(60)

    /// The atlas in compact form, with its identity.
    public func atlasFiles() async throws -> AtlasFiles {
        let (message, bytes) = try await requests.callRetrying(
            .atlasGet, Wire.Empty(), attachment: [], for: patience)
        return try AtlasTransfer.unpack(message, bytes)
    }

    /// The atlas; its methods answer questions about it.
    public func atlas() async throws -> Atlas { try Atlas(await atlasFiles()) }

    /// Replaces the atlas. The registry validates it as a whole first, then recomputes the areas that nobody has
    /// changed.
    /// - Returns: The changes.
    public func importAtlas(_ files: AtlasFiles) async throws -> [AtlasChange] {
        let (message, bytes) = try AtlasTransfer.pack(files)
        let (reply, _) = try await requests.callRetrying(
            .atlasImport, message, attachment: bytes, timeout: Self.importTime, for: patience)
        return reply.changes.map { AtlasChange($0) }
    }

    /// All areas with their sub-areas, by identity.
    /// - Parameter area: Only this area with its sub-areas, by its current or a former name.
    public func areas(_ area: String? = nil) async throws -> [AreaStatus] {
        let request = Wire.AreaListRequest(area: area ?? "")
        return try await requests.callRetrying(.areaList, request, for: patience).areas.map { AreaStatus($0) }
    }

    /// Adds or changes an area.
    /// - Returns: The area; for a split, the new one.
    public func change(_ change: AreaChange) async throws -> AreaStatus {
        AreaStatus(try await requests.callRetrying(.areaChange, Wire.AreaChangeRequest(change), for: patience))
    }

    /// The history of areas, newest first.
    /// - Parameter area: Only that of this area, by its current or a former name.
    public func areaHistory(of area: String? = nil, limit: Int = 1_000) async throws -> [AreaHistoryEntry] {
        let request = Wire.AreaHistoryRequest(area: area ?? "", limit: UInt32(clamping: limit))
        return try await requests.callRetrying(.areaHistory, request, for: patience).entries.map {
            AreaHistoryEntry($0)
        }
    }

    /// What a scenario engages: functions, regions, areas, networks, and the order of fusion.
    /// - Throws: `Failure` with code `invalid-argument` whose message begins with the invalid field of the scenario.
    public func explain(_ request: Resolver.Request) async throws -> Explanation {
        let wire = Wire.ExplainRequest(
            stimuli: request.stimuli, functions: request.functions, modalities: .init(request.modalities))
        let reply = try await requests.callRetrying(.brainExplain, wire, for: patience)
        return try Explanation(json: reply.explanation)
    }
}
