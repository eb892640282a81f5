import Foundation
import Model
import Schema
import Testing

@Suite struct WireConversionTests {
    @Test(arguments: [
        Failure(.notFound, "There is no model 'x'."),
        Failure(.busy, "The queue is full.", retryAfter: .milliseconds(1500)),
        Failure(.corrupt, "Bad blob.", isRetriable: true),
    ])
    func `a failure crosses the wire unchanged`(failure: Failure) throws {
        let bytes = try Wire.Failure(failure).encodedBytes()
        #expect(Failure(try Wire.Failure(bytes: bytes)) == failure)
    }

    @Test(arguments: [(Duration.seconds(Int64.max), UInt32.max), (.seconds(-5), 0), (.seconds(5_000_000), .max)])
    func `a delay out of range becomes the nearest possible one`(delay: Duration, sent: UInt32) {
        #expect(Wire.Failure(Failure(.busy, "", retryAfter: delay)).retryAfterMilliseconds == sent)
    }

    @Test func `an event crosses the wire unchanged`() throws {
        let event = Event(
            sequence: 7, time: Date(timeIntervalSince1970: 1_795_000_000.123456), service: "trainer",
            kind: "task.leased", subject: "t1", attributes: ["worker": "w1", "attempt": "2"])
        let received = Event(try Wire.Event(bytes: try Wire.Event(event).encodedBytes()))
        #expect(Wire.Event(received) == Wire.Event(event))
        #expect(abs(received.time.timeIntervalSince(event.time)) < 1e-6)
        #expect(received.attributes == event.attributes)
    }

    @Test(arguments: [Int64.min, -1, 0, 1_795_000_000_123_457, .max])
    func `microseconds survive conversion to a date`(microseconds: Int64) {
        let back = Date(microseconds: microseconds).microseconds
        #expect(back == microseconds || abs(microseconds.subtractingReportingOverflow(back).partialValue) < 2048)
    }

    @Test func `metrics and attributes keep names and values`() {
        let values = ["loss": 0.25, "accuracy": 0.97]
        #expect([String: Double]([Wire.Metric](values)) == values)
        #expect([Wire.Metric](values).map(\.name) == ["accuracy", "loss"])
        #expect([String: String]([Wire.Attribute](["b": "1", "a": "2"])) == ["b": "1", "a": "2"])
    }
}
