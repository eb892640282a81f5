public import Brain
import Foundation
import Messaging
import Model
import Schema

extension RegistryClient {
    /// How long an import of an atlas may take.
    private static let importTime = Duration.seconds(60)

    /// The atlas in its compact form, with its identity.
    public func atlasFiles() async throws -> AtlasFiles {
        let (message, bytes) = try await requests.callRetrying(
            .atlasGet, Wire.Empty(), attachment: [], for: patience)
        return try AtlasTransfer.unpack(message, bytes)
    }

    /// The atlas; questions about it are answered by its own methods.
    public func atlas() async throws -> Atlas { try Atlas(await atlasFiles()) }

    /// Replaces the atlas; the registry checks it whole first, and areas are computed anew where nobody changed them.
    /// - Returns: What changed.
    public func importAtlas(_ files: AtlasFiles) async throws -> [AtlasChange] {
        let (message, bytes) = try AtlasTransfer.pack(files)
        let (reply, _) = try await requests.callRetrying(
            .atlasImport, message, attachment: bytes, timeout: Self.importTime, for: patience)
        return reply.changes.map { AtlasChange($0) }
    }

    /// All areas with their sub-areas, by identity.
    /// - Parameter area: Only this area with its sub-areas, by name or former name.
    public func areas(_ area: String? = nil) async throws -> [AreaStatus] {
        let request = Wire.AreaListRequest(area: area ?? "")
        return try await requests.callRetrying(.areaList, request, for: patience).areas.map { AreaStatus($0) }
    }

    /// Adds or changes an area.
    /// - Returns: The area; of a split the new one.
    public func change(_ change: AreaChange) async throws -> AreaStatus {
        AreaStatus(try await requests.callRetrying(.areaChange, Wire.AreaChangeRequest(change), for: patience))
    }

    /// What was done to areas, newest first.
    /// - Parameter area: Only to this one, by name or former name.
    public func areaHistory(of area: String? = nil, limit: Int = 1_000) async throws -> [AreaHistoryEntry] {
        let request = Wire.AreaHistoryRequest(area: area ?? "", limit: UInt32(clamping: limit))
        return try await requests.callRetrying(.areaHistory, request, for: patience).entries.map {
            AreaHistoryEntry($0)
        }
    }

    /// What a scenario engages: functions, regions, areas, networks, and the order of fusion.
    /// - Throws: `Failure` with code `invalid-argument` whose message begins with the scenario's field that is wrong.
    public func explain(_ request: Resolver.Request) async throws -> Explanation {
        let wire = Wire.ExplainRequest(
            stimuli: request.stimuli, functions: request.functions, modalities: .init(request.modalities))
        let reply = try await requests.callRetrying(.brainExplain, wire, for: patience)
        return try Explanation(json: reply.explanation)
    }
}
