import CZeroMQ
import Foundation
import Glibc

/// The upper bound: a DEALER and a ROUTER in plain libzmq, each on its own thread, without schema, deadlines or tasks.
///
/// The server echoes messages, which have the same frames as those of Gyrus: header and body.
enum PlainZeroMQ {
    private static let headerBytes = 24

    /// Round trips per second with a number of requests in flight.
    @concurrent
    static func roundTrips(inFlight: Int, bodyBytes: Int, seconds: Double) async -> Double {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(returning: run(inFlight, bodyBytes, seconds))
            }
        }
    }

    private static func run(_ inFlight: Int, _ bodyBytes: Int, _ seconds: Double) -> Double {
        let address = "ipc:///tmp/gyrus-plain-\(getpid())-\(UInt32.random(in: .min ... .max))"
        let serverIsDone = DispatchSemaphore(value: 0)
        let serverListens = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            serve(address) { serverListens.signal() }
            serverIsDone.signal()
        }
        serverListens.wait()
        let rate = ask(address, inFlight, bodyBytes, seconds)
        serverIsDone.wait()
        unlink(String(address.dropFirst(6)))
        return rate
    }

    /// Echoes messages until one has an empty body.
    private static func serve(_ address: String, onListening: () -> Void) {
        let context = zmq_ctx_new()
        let socket = zmq_socket(context, ZMQ_ROUTER)
        guard zmq_bind(socket, address) == 0 else { preconditionFailure("cannot listen at \(address)") }
        onListening()
        var frames = [zmq_msg_t](repeating: zmq_msg_t(), count: 3)
        var isOver = false
        while !isOver {
            for index in 0..<3 {
                zmq_msg_init(&frames[index])
                zmq_msg_recv(&frames[index], socket, 0)
            }
            isOver = zmq_msg_size(&frames[2]) == 0
            for index in 0..<3 { zmq_msg_send(&frames[index], socket, index < 2 ? ZMQ_SNDMORE : 0) }
        }
        zmq_close(socket)
        zmq_ctx_term(context)
    }

    private static func ask(_ address: String, _ inFlight: Int, _ bodyBytes: Int, _ seconds: Double) -> Double {
        let context = zmq_ctx_new()
        let socket = zmq_socket(context, ZMQ_DEALER)
        zmq_connect(socket, address)
        let header = [UInt8](repeating: 1, count: headerBytes)
        let body = [UInt8](repeating: 2, count: bodyBytes)
        for _ in 0..<inFlight { send(socket, header, body) }
        let start = ContinuousClock.now
        var count = 0
        // Reads the clock only now and then, so that it does not affect the measurement.
        while count % 64 != 0 || (ContinuousClock.now - start).inSeconds < seconds {
            receive(socket)
            send(socket, header, body)
            count += 1
        }
        let rate = Double(count) / (ContinuousClock.now - start).inSeconds
        for _ in 0..<inFlight { receive(socket) }
        send(socket, header, [])
        receive(socket)
        zmq_close(socket)
        zmq_ctx_term(context)
        return rate
    }

    private static func send(_ socket: UnsafeMutableRawPointer?, _ header: [UInt8], _ body: [UInt8]) {
        zmq_send(socket, header, header.count, ZMQ_SNDMORE)
        zmq_send(socket, body, body.count, 0)
    }

    private static func receive(_ socket: UnsafeMutableRawPointer?) {
        for _ in 0..<2 {
            var frame = zmq_msg_t()
            zmq_msg_init(&frame)
            zmq_msg_recv(&frame, socket, 0)
            zmq_msg_close(&frame)
        }
    }
}
