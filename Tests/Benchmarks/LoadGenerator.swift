import Foundation
import Model
import NIOCore
import NIOPosix
import Synchronization

/// Requests that have not been sent yet.
private final class Remaining: Sendable {
    private let count: Atomic<Int>

    init(_ count: Int) { self.count = Atomic(count) }

    /// Takes one; false if none is left.
    func takeOne() -> Bool { count.subtract(1, ordering: .relaxed).oldValue > 0 }
}

/// Clients that send requests to a web server in a loop, each over its own connection.
struct LoadGenerator {
    /// The result of a run.
    struct Outcome {
        /// Duration of each request in seconds, ascending.
        let times: [Double]
        /// Number of requests that were not answered with 200.
        let failures: Int
        /// Requests per second.
        let rate: Double

        /// The duration below which a share of the requests stayed.
        func percentile(_ share: Double) -> Double {
            times.isEmpty ? .nan : times[min(times.count - 1, Int(Double(times.count) * share))]
        }
    }

    private let port: Int
    private let request: ByteBuffer

    init(port: Int, path: String, type: String, body: [UInt8]) {
        self.port = port
        var request = ByteBuffer(
            string: "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Type: \(type)\r\n"
                + "Content-Length: \(body.count)\r\n\r\n")
        request.writeBytes(body)
        self.request = request
    }

    /// Waits until the server answers for the first time.
    func waitUntilAnswered() async throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while true {
            if let outcome = try? await run(clients: 1, requests: 1), outcome.failures == 0 { return }
            guard ContinuousClock.now < deadline else {
                throw Failure(.unavailable, "No server answers on port \(port).")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Has clients send requests until a number of them is answered.
    func run(clients: Int, requests: Int) async throws -> Outcome {
        let left = Remaining(requests)
        let start = ContinuousClock.now
        let results = try await withThrowingTaskGroup(of: (times: [Double], failures: Int).self) { group in
            for _ in 0..<clients {
                group.addTask { try await client(left) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let times = results.flatMap(\.times).sorted()
        let failures = results.reduce(0) { $0 + $1.failures }
        return Outcome(times: times, failures: failures, rate: Double(times.count) / seconds)
    }

    private func client(_ left: Remaining) async throws -> (times: [Double], failures: Int) {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var iterator = inbound.makeAsyncIterator()
            var (times, failures) = ([Double](), 0)
            while left.takeOne() {
                let start = ContinuousClock.now
                try await outbound.write(request)
                var answer: [UInt8] = []
                while !Self.isWhole(answer) {
                    guard let buffer = try await iterator.next() else {
                        throw Failure(.unavailable, "The server closed a connection.")
                    }
                    answer += Array(buffer.readableBytesView)
                }
                times.append((ContinuousClock.now - start) / .seconds(1))
                if !answer.starts(with: Array("HTTP/1.1 200 ".utf8)) { failures += 1 }
            }
            return (times, failures)
        }
    }

    private static func isWhole(_ answer: [UInt8]) -> Bool {
        guard let end = answer.firstRange(of: [13, 10, 13, 10])?.upperBound else { return false }
        let head = String(decoding: answer[..<end], as: UTF8.self).lowercased()
        guard let field = head.firstRange(of: "content-length:") else { return false }
        let digits = head[field.upperBound...].drop { $0 == " " }.prefix { $0.isNumber }
        return answer.count - end >= Int(digits) ?? .max
    }
}
