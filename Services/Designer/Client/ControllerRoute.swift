package import Messaging
package import Schema

extension Route where Request == Wire.ControllerPlaceRequest, Reply == Wire.ControllerPlaceReply {
    /// Submits children of a replica to be tried; safe to repeat.
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
    /// Announces the location of a shard.
    package static var announceShard: Route<Wire.ControllerShard, Wire.Empty> { .init("controller.announce", .work) }
}

extension Route where Request == Wire.ControllerShardsRequest, Reply == Wire.ControllerShardsReply {
    /// The locations of the shards.
    package static var listShards: Route<Wire.ControllerShardsRequest, Wire.ControllerShardsReply> {
        .init("controller.shards", .work)
    }
}
