import CZeroMQ
import Synchronization

/// The zmq context of a loop. The sockets hold it, so it ends after the last of them.
///
/// `@unchecked`: libzmq's context may be used from any thread.
final class Context: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer
    private let isTerminated = Atomic(false)

    init() {
        guard let pointer = zmq_ctx_new() else { preconditionFailure("libzmq cannot create a context: \(zmqError())") }
        self.pointer = pointer
        zmq_ctx_set(pointer, ZMQ_MAX_SOCKETS, 4096)
    }

    deinit { if !isTerminated.load(ordering: .acquiring) { zmq_ctx_term(pointer) } }

    /// Waits until the sockets, which are all already closed, have sent lingering messages and removed their files.
    @concurrent
    func terminate() async {
        if !isTerminated.exchange(true, ordering: .acquiringAndReleasing) { zmq_ctx_term(pointer) }
    }
}

/// libzmq's description of the last error of this thread.
func zmqError() -> String {
    zmq_strerror(zmq_errno()).flatMap { String(validatingCString: $0) } ?? "error \(zmq_errno())"
}
