package import Messaging
package import Schema

extension Route where Request == Wire.Empty, Reply == Wire.AtlasMessage {
    /// The atlas, with its files in the attachment.
    package static var atlasGet: Route<Wire.Empty, Wire.AtlasMessage> { .init("atlas.get", .read) }
}

extension Route where Request == Wire.AtlasMessage, Reply == Wire.AtlasImportReply {
    /// Replaces the atlas with the files in the attachment.
    package static var atlasImport: Route<Wire.AtlasMessage, Wire.AtlasImportReply> { .init("atlas.import", .operate) }
}

extension Route where Request == Wire.AreaListRequest, Reply == Wire.AreaListReply {
    /// Areas with their sub-areas.
    package static var areaList: Route<Wire.AreaListRequest, Wire.AreaListReply> { .init("area.list", .read) }
}

extension Route where Request == Wire.AreaChangeRequest, Reply == Wire.Area {
    /// Adds or changes an area.
    package static var areaChange: Route<Wire.AreaChangeRequest, Wire.Area> { .init("area.change", .operate) }
}

extension Route where Request == Wire.AreaHistoryRequest, Reply == Wire.AreaHistoryReply {
    /// The history of areas.
    package static var areaHistory: Route<Wire.AreaHistoryRequest, Wire.AreaHistoryReply> {
        .init("area.history", .read)
    }
}

extension Route where Request == Wire.ExplainRequest, Reply == Wire.ExplainReply {
    /// What a scenario engages.
    package static var brainExplain: Route<Wire.ExplainRequest, Wire.ExplainReply> { .init("brain.explain", .read) }
}
