import Messaging
public import Schema

/// Cuts lists to the size of one reply.
public enum ReplyPage {
    /// As many messages from the front as fit, at least one; the caller asks for the rest with its next page.
    public static func fitting<Message: WireMessage>(_ messages: [Message]) throws -> [Message] {
        var bytes = 0
        let limit = MessageLimits().bodyBytes * 3 / 4
        let count = try messages.prefix { message in
            bytes += try message.encodedBytes().count + 8
            return bytes <= limit
        }.count
        return Array(messages.prefix(max(1, count)))
    }
}
