public import Messaging
public import Schema

extension Route where Request == Wire.Empty, Reply == Wire.AtlasMessage {
    /// The atlas; its files are in the attachment.
    public static var atlasGet: Self { Self("atlas.get", .read) }
}

extension Route where Request == Wire.AtlasMessage, Reply == Wire.AtlasImportReply {
    /// Replaces the atlas; its files are in the attachment.
    public static var atlasImport: Self { Self("atlas.import", .operate) }
}

extension Route where Request == Wire.AreaListRequest, Reply == Wire.AreaListReply {
    /// Areas with their sub-areas.
    public static var areaList: Self { Self("area.list", .read) }
}

extension Route where Request == Wire.AreaChangeRequest, Reply == Wire.Area {
    /// Adds or changes an area.
    public static var areaChange: Self { Self("area.change", .operate) }
}

extension Route where Request == Wire.AreaHistoryRequest, Reply == Wire.AreaHistoryReply {
    /// What was done to areas.
    public static var areaHistory: Self { Self("area.history", .read) }
}

extension Route where Request == Wire.ExplainRequest, Reply == Wire.ExplainReply {
    /// What a scenario engages.
    public static var brainExplain: Self { Self("brain.explain", .read) }
}
