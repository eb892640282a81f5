package import Messaging
package import Schema

extension Route where Request == Wire.ControllerPlaceRequest, Reply == Wire.ControllerPlaceReply {
    /// Has children of a replica tried; safe to repeat.
    package static var placeChildren: Route<Wire.ControllerPlaceRequest, Wire.ControllerPlaceReply> {
        .init("controller.place", .work)
    }
}

extension Route where Request == Wire.ControllerWaitRequest, Reply == Wire.ControllerWaitReply {
    /// Waits until trials have ended.
    package static var waitForTrials: Route<Wire.ControllerWaitRequest, Wire.ControllerWaitReply> {
        .init("controller.wait", .work)
    }
}

extension Route where Request == Wire.ControllerShard, Reply == Wire.Empty {
    /// Says where a part of the parameters is.
    package static var announceShard: Route<Wire.ControllerShard, Wire.Empty> { .init("controller.announce", .work) }
}

extension Route where Request == Wire.ControllerShardsRequest, Reply == Wire.ControllerShardsReply {
    /// Where the parts of the parameters are.
    package static var listShards: Route<Wire.ControllerShardsRequest, Wire.ControllerShardsReply> {
        .init("controller.shards", .work)
    }
}
