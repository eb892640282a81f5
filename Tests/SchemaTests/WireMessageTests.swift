import Model
import Testing

@testable import Schema

@Suite struct WireMessageTests {
    @Test(arguments: Wire.messageTypes.indices)
    func `every message survives a round trip with all fields set`(index: Int) throws {
        try check(Wire.messageTypes[index])

        func check<Message: StoredMessage>(_ type: Message.Type) throws {
            let sample = SampleBytes.of(type)
            let message = try Message(bytes: sample)
            for (filled, initial) in zip(Mirror(reflecting: message).children, Mirror(reflecting: Message()).children) {
                #expect("\(filled.value)" != "\(initial.value)", "\(type).\(filled.label ?? "") was not decoded")
            }
            #expect(try message.encodedBytes() == sample)
            #expect(try Message(bytes: try message.encodedBytes()) == message)
        }
    }

    @Test(arguments: Wire.messageTypes.indices)
    func `truncated and altered bytes never crash`(index: Int) throws {
        var generator = SplitMix64(seed: UInt64(index))
        check(Wire.messageTypes[index])

        func check<Message: StoredMessage>(_ type: Message.Type) {
            let sample = SampleBytes.of(type)
            for end in sample.indices { attempt(type, Array(sample[..<end])) }
            for _ in 0..<200 {
                var bytes = sample
                for _ in 0..<4 where !bytes.isEmpty {
                    bytes[Int.random(in: bytes.indices, using: &generator)] = .random(in: 0...255, using: &generator)
                }
                attempt(type, bytes)
                attempt(type, (0..<64).map { _ in .random(in: 0...255, using: &generator) })
            }
        }
    }

    /// Decodes hostile bytes; the result must be encodable again, or the failure must have the right code.
    private func attempt<Message: StoredMessage>(_ type: Message.Type, _ bytes: [UInt8]) {
        do {
            _ = try Message(bytes: bytes).encodedBytes()
        } catch let failure as Failure {
            #expect(failure.code == .corrupt)
        } catch {
            Issue.record("\(type) threw \(error)")
        }
    }

    @Test func `an unknown enumeration value is kept`() throws {
        for number in [99, -7] as [Int32] {
            let message = try Wire.Task(bytes: try Wire.Task(state: .unknown(number)).encodedBytes())
            #expect(message.state == .unknown(number))
            #expect(message.state.rawValue == number)
        }
        #expect(Wire.TaskState(rawValue: 2) == .leased)
    }

    @Test func `fields of a later version are ignored`() throws {
        let bytes = try Wire.Metric(name: "loss", value: 0.5).encodedBytes()
        let later = bytes + SampleBytes.varint(200 << 3 | 2) + [3, 1, 2, 3] + SampleBytes.varint(201 << 3) + [7]
        #expect(try Wire.Metric(bytes: later) == Wire.Metric(name: "loss", value: 0.5))
    }

    @Test func `text that is not UTF-8 is refused with the name of its field`() throws {
        let failure = try #require(throws: Failure.self) { try Wire.Metric(bytes: [0x0a, 2, 0xc3, 0x28]) }
        #expect(failure.code == .corrupt)
        #expect(failure.message.contains("Metric.name"))
    }

    @Test func `text with a NUL is refused instead of cut short`() throws {
        let failure = try #require(throws: Failure.self) { try Wire.Metric(name: "lo\0ss").encodedBytes() }
        #expect(failure.code == .invalidArgument)
        #expect(failure.message.contains("Metric.name"))
    }

    @Test func `large messages and many elements survive`() throws {
        let payload = [UInt8](repeating: 7, count: 300_000)
        let lease = Wire.PullReply(lease: .init(task: "t", payload: payload, attempt: 2))
        #expect(try Wire.PullReply(bytes: try lease.encodedBytes()) == lease)
        let result = Wire.EvaluateResult(confusion: (0..<10_000).map { UInt32($0) })
        #expect(try Wire.EvaluateResult(bytes: try result.encodedBytes()) == result)
    }
}
