import Storage
import Testing

/// Waits are far longer than the time limit, so that a wait that nothing ends fails its test.
@Suite(.timeLimit(.minutes(10)))
struct WaitListTests {
    private let list = WaitList<String>()

    @Test func `a change after the ticket was taken ends the wait immediately`() async {
        let ticket = list.ticket(for: ["a", "b"])
        list.wake("b")
        await ticket.wait(for: .seconds(3_600))
        ticket.discard()
        #expect(list.count == 0)
    }

    @Test func `a change of another key wakes nobody`() async {
        let ticket = list.ticket(for: ["a"])
        list.wake("b")
        let clock = ContinuousClock()
        let waited = await clock.measure { await ticket.wait(for: .milliseconds(30)) }
        ticket.discard()
        #expect(waited >= .milliseconds(30))
    }

    @Test func `every waiting reader wakes`() async {
        await withTaskGroup { [list] group in
            let tickets = (0..<100).map { _ in list.ticket(for: ["a"]) }
            for ticket in tickets {
                group.addTask {
                    await ticket.wait(for: .seconds(3_600))
                    ticket.discard()
                }
            }
            list.wake("a")
        }
        #expect(list.count == 0)
    }

    @Test func `as many waiting readers wake as there are items`() {
        let tickets = (0..<10).map { _ in list.ticket(for: ["a", "b"]) }
        list.wake("a", most: 1)
        list.wake("b", most: 2)
        #expect(tickets.count { $0.discard() } == 3)
        list.wake("a", most: 5)
        #expect(list.count == 0)
    }

    @Test func `a canceled wait returns`() async {
        let ticket = list.ticket(for: ["a"])
        let waiting = Task { await ticket.wait(for: .seconds(3_600)) }
        waiting.cancel()
        await waiting.value
        ticket.discard()
        #expect(list.count == 0)
    }
}
