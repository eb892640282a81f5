import CZeroMQ
import Foundation
import GRDB
import Glibc
import Model

/// The obvious first version of a queue: a ROUTER that answers each of a task's three steps with its own transaction.
///
/// It is as durable as Gyrus's queue (WAL, every commit flushed), but has no leases, fencing, retries or events.
enum PlainQueue {
    private enum Step: UInt8 { case submit, pull, complete, stop }

    /// Tasks per second with a number of them in flight.
    @concurrent
    static func tasks(inFlight: Int, payloadBytes: Int, seconds: Double) async throws -> Double {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try run(inFlight, payloadBytes, seconds) })
            }
        }
    }

    private static func run(_ inFlight: Int, _ payloadBytes: Int, _ seconds: Double) throws -> Double {
        let directory = FileManager.default.temporaryDirectory.appending(path: "plain-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let database = try open(directory.appending(path: "queue.sqlite").path(percentEncoded: false))
        let address = "ipc://\(directory.path(percentEncoded: false))/s"
        let context = zmq_ctx_new()
        let server = zmq_socket(context, ZMQ_ROUTER)
        guard zmq_bind(server, address) == 0 else { throw Failure(.conflict, "Cannot listen at \(address).") }
        let serverIsDone = DispatchSemaphore(value: 0)
        nonisolated(unsafe) let serverSocket = server  // From here on, only that thread uses it.
        Thread.detachNewThread {
            serve(serverSocket, database)
            serverIsDone.signal()
        }
        let client = zmq_socket(context, ZMQ_DEALER)
        zmq_connect(client, address)
        let rate = ask(client, inFlight, payloadBytes, seconds)
        serverIsDone.wait()
        zmq_close(client)
        zmq_close(server)
        zmq_ctx_term(context)
        return rate
    }

    private static func open(_ path: String) throws -> DatabaseQueue {
        let database = try DatabaseQueue(path: path)
        try database.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
            try db.execute(
                sql: """
                    CREATE TABLE tasks (
                        id INTEGER PRIMARY KEY, state INTEGER NOT NULL, payload BLOB NOT NULL, result BLOB) STRICT;
                    CREATE INDEX waiting ON tasks (id) WHERE state = 0;
                    """)
        }
        return database
    }

    // MARK: Server

    private static func serve(_ socket: UnsafeMutableRawPointer?, _ database: DatabaseQueue) {
        while true {
            let frames = receive(socket, 3)
            guard let step = Step(rawValue: frames[1].first ?? Step.stop.rawValue), step != .stop else { return }
            guard let answer = try? perform(step, Array(frames[1].dropFirst()), frames[2], database) else { return }
            send(socket, [frames[0], [step.rawValue] + answer.0, answer.1])
        }
    }

    /// One step in one transaction; returns the ID and the payload of the task.
    private static func perform(
        _ step: Step, _ id: [UInt8], _ bytes: [UInt8], _ database: DatabaseQueue
    ) throws -> ([UInt8], [UInt8]) {
        try database.write { db in
            switch step {
            case .submit:
                let insert = try db.cachedStatement(sql: "INSERT INTO tasks (state, payload) VALUES (0, ?)")
                try insert.execute(arguments: [Data(bytes)])
                return ([], [])
            case .pull:
                let take = try db.cachedStatement(
                    sql: """
                        UPDATE tasks SET state = 1 WHERE id = (SELECT min(id) FROM tasks WHERE state = 0)
                        RETURNING id, payload
                        """)
                guard let row = try Row.fetchOne(take) else { return ([], []) }
                let number: Int64 = row[0]
                let payload: Data = row[1]
                return (withUnsafeBytes(of: number) { Array($0) }, Array(payload))
            case .complete, .stop:
                let number = id.withUnsafeBytes { $0.loadUnaligned(as: Int64.self) }
                let end = try db.cachedStatement(sql: "UPDATE tasks SET state = 2, result = ? WHERE id = ?")
                try end.execute(arguments: [Data(bytes), number])
                return ([], [])
            }
        }
    }

    // MARK: Client

    private static func ask(
        _ socket: UnsafeMutableRawPointer?, _ inFlight: Int, _ payloadBytes: Int, _ seconds: Double
    ) -> Double {
        let bytes = [UInt8](repeating: 7, count: payloadBytes)
        for _ in 0..<inFlight { send(socket, [[Step.submit.rawValue], bytes]) }
        let start = ContinuousClock.now
        var count = 0
        while (ContinuousClock.now - start).inSeconds < seconds {
            let frames = receive(socket, 2)
            switch Step(rawValue: frames[0][0]) {
            case .submit: send(socket, [[Step.pull.rawValue], []])
            case .pull: send(socket, [[Step.complete.rawValue] + frames[0].dropFirst(), bytes])
            default:
                count += 1
                send(socket, [[Step.submit.rawValue], bytes])
            }
        }
        let rate = Double(count) / (ContinuousClock.now - start).inSeconds
        for _ in 0..<inFlight { _ = receive(socket, 2) }
        send(socket, [[Step.stop.rawValue], []])
        return rate
    }

    // MARK: Frames

    private static func send(_ socket: UnsafeMutableRawPointer?, _ frames: [[UInt8]]) {
        for (index, frame) in frames.enumerated() {
            zmq_send(socket, frame, frame.count, index + 1 < frames.count ? ZMQ_SNDMORE : 0)
        }
    }

    private static func receive(_ socket: UnsafeMutableRawPointer?, _ count: Int) -> [[UInt8]] {
        (0..<count).map { _ in
            var frame = zmq_msg_t()
            zmq_msg_init(&frame)
            defer { zmq_msg_close(&frame) }
            zmq_msg_recv(&frame, socket, 0)
            return [UInt8](UnsafeRawBufferPointer(start: zmq_msg_data(&frame), count: zmq_msg_size(&frame)))
        }
    }
}
