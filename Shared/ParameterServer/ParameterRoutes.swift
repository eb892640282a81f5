import Messaging
import Schema

/// Joins the workers of a server.
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

/// Reports that a worker is alive, or that it leaves.
extension Route where Request == Wire.ParameterWorkerRequest, Reply == Wire.Empty {
    static var beat: Self { Self("parameters.beat", .work) }
    static var leave: Self { Self("parameters.leave", .work) }
}
