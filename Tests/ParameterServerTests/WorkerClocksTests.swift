import Testing

@testable import ParameterServer

struct WorkerClocksTests {
    @Test func `nobody is ahead until all required workers have joined`() {
        var clocks = WorkerClocks(expected: 2)
        _ = clocks.join("a", clock: 0, at: .zero)
        clocks.advance("a")
        #expect(clocks.slowest == 0)
        _ = clocks.join("b", clock: 0, at: .zero)
        clocks.advance("b")
        #expect(clocks.slowest == 1)
        #expect(clocks.stragglers == ["a", "b"])
    }

    @Test func `a silent worker is forgotten and no longer counts`() {
        var clocks = WorkerClocks(expected: 2)
        _ = clocks.join("a", clock: 0, at: .zero)
        _ = clocks.join("b", clock: 0, at: .zero)
        clocks.advance("a")
        clocks.hear("a", at: .seconds(5))
        #expect(clocks.forgetSilent(for: .seconds(10), at: .seconds(10)) == ["b"])
        #expect(clocks.slowest == 1)
        #expect(clocks.clock(of: "b") == nil)
    }

    @Test func `nobody waits for an idle worker`() {
        var clocks = WorkerClocks(expected: 2)
        for worker in ["a", "b"] { _ = clocks.join(worker, clock: 0, at: .zero) }
        clocks.advance("a")
        #expect(clocks.slowest == 0)
        #expect(clocks.stragglers == ["b"])
        clocks.setResting(true, "b")
        #expect(clocks.slowest == 1)
        #expect(clocks.workers == ["a", "b"])
        clocks.setResting(true, "a")
        #expect(clocks.slowest == 1)
        clocks.setResting(false, "b")
        #expect(clocks.slowest == 0)
    }

    @Test func `a worker that rejoins continues where it was`() {
        var clocks = WorkerClocks(expected: 1)
        _ = clocks.join("a", clock: 0, at: .zero)
        clocks.advance("a")
        #expect(clocks.join("a", clock: 0, at: .zero) == 1)
    }
}
