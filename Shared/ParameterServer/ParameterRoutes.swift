import Messaging
import Schema

/// Takes part.
extension Route where Request == Wire.ParameterJoinRequest, Reply == Wire.ParameterJoinReply {
    static var join: Self { Self("parameters.join") }
}

/// Reads a shard.
extension Route where Request == Wire.ParameterPullRequest, Reply == Wire.ParameterPullReply {
    static var pull: Self { Self("parameters.pull") }
}

/// Changes a shard; safe to repeat.
extension Route where Request == Wire.ParameterPushRequest, Reply == Wire.ParameterPushReply {
    static var push: Self { Self("parameters.push") }
}

/// Says that a worker lives, or that it takes part no longer.
extension Route where Request == Wire.ParameterWorkerRequest, Reply == Wire.Empty {
    static var beat: Self { Self("parameters.beat") }
    static var leave: Self { Self("parameters.leave") }
}
