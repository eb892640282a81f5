import Brain
public import Messaging
import Model
import RegistryClient
import Schema
import ServiceKit

/// Handles the routes about the brain: decodes, calls, encodes.
public struct BrainHarness: Sendable {
    private static let largestPage: UInt32 = 1_000

    private let store: BrainStore

    /// Makes the harness of a store.
    public init(_ store: BrainStore) { self.store = store }

    /// Adds the routes.
    public func register(in router: inout Router) {
        router.on(.atlasGet) { _, _ in
            let (files, imported) = try await store.atlasFiles()
            var (message, bytes) = try AtlasTransfer.pack(files)
            message.importedMicroseconds = imported.microseconds
            return (message, bytes)
        }
        router.on(.atlasImport) { request, bytes in
            let files = try AtlasTransfer.unpack(request, bytes)
            let changes = try await store.replaceAtlas(by: files)
            let digest = try await store.atlasFiles().files.digest
            return (
                Wire.AtlasImportReply(digest: digest.hexadecimal, changes: changes.map { Wire.AtlasChange($0) }), []
            )
        }
        router.on(.areaList) { request in
            let areas = try await store.areas(request.area.isEmpty ? nil : request.area)
            return Wire.AreaListReply(areas: try ReplyPage.fitting(areas.map { Wire.Area($0) }))
        }
        router.on(.areaChange) { Wire.Area(try await store.change(AreaChange($0))) }
        router.on(.areaHistory) { request in
            let limit = request.limit == 0 ? Self.largestPage : min(request.limit, Self.largestPage)
            let entries = try await store.history(of: request.area.isEmpty ? nil : request.area, limit: Int(limit))
            return Wire.AreaHistoryReply(entries: try ReplyPage.fitting(entries.map { Wire.AreaHistoryEntry($0) }))
        }
        router.on(.brainExplain) { request in
            let explanation = try await store.explain(
                Resolver.Request(
                    stimuli: request.stimuli, functions: request.functions, modalities: .init(request.modalities)))
            return Wire.ExplainReply(explanation: try explanation.json)
        }
    }
}
