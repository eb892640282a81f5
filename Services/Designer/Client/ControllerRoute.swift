public import Messaging
public import Schema

extension Route where Request == Wire.ControllerPlaceRequest, Reply == Wire.ControllerPlaceReply {
    /// Has children of a replica tried; safe to repeat.
    public static var placeChildren: Self { Self("controller.place", .work) }
}

extension Route where Request == Wire.ControllerWaitRequest, Reply == Wire.ControllerWaitReply {
    /// Waits until trials have ended.
    public static var waitForTrials: Self { Self("controller.wait", .work) }
}

extension Route where Request == Wire.ControllerShard, Reply == Wire.Empty {
    /// Says where a part of the parameters is.
    public static var announceShard: Self { Self("controller.announce", .work) }
}

extension Route where Request == Wire.ControllerShardsRequest, Reply == Wire.ControllerShardsReply {
    /// Where the parts of the parameters are.
    public static var listShards: Self { Self("controller.shards", .work) }
}
