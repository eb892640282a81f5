import CZeroMQ
import Glibc
import Model
import Schema

/// One frame of a message, in libzmq's own buffer, so that large ones are not copied on the loop.
///
/// `@unchecked`: a frame has one owner at a time, which is either the loop or the task that made or received it.
final class Frame: @unchecked Sendable {
    private var message = zmq_msg_t()

    /// An empty frame, to receive into.
    init() { zmq_msg_init(&message) }

    /// A frame of a given size, with contents written by `fill`.
    init(size: Int, fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
        let status = zmq_msg_init_size(&message, size)
        precondition(status == 0, "There is no memory for a frame of \(size) bytes.")
        try fill(UnsafeMutableRawBufferPointer(start: zmq_msg_data(&message), count: size))
    }

    /// A frame that contains a message.
    convenience init(_ value: some WireMessage) throws {
        self.init()
        try value.encode { size in
            let status = zmq_msg_init_size(&message, size)
            precondition(status == 0, "There is no memory for a frame of \(size) bytes.")
            return UnsafeMutableRawBufferPointer(start: zmq_msg_data(&message), count: size)
        }
    }

    /// A frame with a copy of the bytes.
    convenience init(_ bytes: [UInt8]) {
        self.init(size: bytes.count) { $0.copyBytes(from: bytes) }
    }

    deinit { zmq_msg_close(&message) }

    var count: Int { zmq_msg_size(&message) }

    var bytes: [UInt8] { withUnsafeBytes { [UInt8]($0) } }

    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try body(UnsafeRawBufferPointer(start: zmq_msg_data(&message), count: zmq_msg_size(&message)))
    }

    /// The message in the frame; throws a `Failure` with the decoder's reason if the frame does not contain one.
    func decode<Message: WireMessage>(_ type: Message.Type = Message.self, as name: String) throws(Failure) -> Message {
        do {
            return try withUnsafeBytes { try Message(bytes: $0) }
        } catch {
            throw Failure(.invalidArgument, "The \(name) is not a \(Message.self): \(error)")
        }
    }

    /// Lends the libzmq message to a libzmq call.
    func withMessage<Result>(_ body: (UnsafeMutablePointer<zmq_msg_t>) -> Result) -> Result { body(&message) }

    /// Descriptor of the connection that the frame came over; -1 if there is none.
    var source: Int32 { zmq_msg_get(&message, ZMQ_SRCFD) }

    /// The sender according to the authentication of the connection; nil if there was none.
    var sender: Peer? {
        zmq_msg_gets(&message, "User-Id").flatMap { String(validatingCString: $0) }
            .flatMap(Peer.init(text:))
    }

    /// Whether more frames of the same message follow.
    var hasMore: Bool { zmq_msg_more(&message) != 0 }
}
