import Messaging
import Schema

/// Takes part.
extension Route where Request == Wire.ParameterJoinRequest, Reply == Wire.ParameterJoinReply {
    static var join: Self { Self("parameters.join", .work) }
}

/// Reads a shard.
extension Route where Request == Wire.ParameterPullRequest, Reply == Wire.ParameterPullReply {
    static var pull: Self { Self("parameters.pull", .work) }
}

/// Changes a shard; safe to repeat.
extension Route where Request == Wire.ParameterPushRequest, Reply == Wire.ParameterPushReply {
    static var push: Self { Self("parameters.push", .work) }
}

/// Says that a worker lives, or that it takes part no longer.
extension Route where Request == Wire.ParameterWorkerRequest, Reply == Wire.Empty {
    static var beat: Self { Self("parameters.beat", .work) }
    static var leave: Self { Self("parameters.leave", .work) }
}
