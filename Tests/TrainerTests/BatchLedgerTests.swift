import Model
import Testing
import Torch

@testable import TrainerWorker

struct BatchLedgerTests {
    private let statistics = BatchStatistics(loss: 2, correct: 1, samples: 4)

    @Test func `every mini-batch is assigned once, in order`() {
        var ledger = BatchLedger(batchesPerEpoch: 2, epochs: 2, from: BatchPlace(epoch: 0, batch: 0))
        var given: [BatchPlace] = []
        for worker in ["a", "b", "c", "d"] { if let place = ledger.claim(for: worker) { given.append(place) } }
        #expect(given == [(0, 0), (0, 1), (1, 0), (1, 1)].map { BatchPlace(epoch: $0.0, batch: $0.1) })
        let beyond = ledger.claim(for: "e")
        #expect(beyond == nil)
        #expect(!ledger.isOver)
    }

    @Test func `an epoch is complete with its last mini-batch, whoever was first`() throws {
        var ledger = BatchLedger(batchesPerEpoch: 2, epochs: 1, from: BatchPlace(epoch: 0, batch: 0))
        let claims = (ledger.claim(for: "a"), ledger.claim(for: "b"))
        let (first, second) = (try #require(claims.0), try #require(claims.1))
        ledger.finish(second, by: "b", statistics)
        #expect(ledger.finishedEpochs == 0)
        #expect(ledger.position == BatchPlace(epoch: 0, batch: 1))
        ledger.finish(first, by: "a", statistics)
        #expect(ledger.isOver)
        #expect(ledger.results[0] == BatchStatistics(loss: 4, correct: 2, samples: 8))
    }

    @Test func `a lost worker's mini-batches go to another, and count once`() throws {
        var ledger = BatchLedger(batchesPerEpoch: 1, epochs: 1, from: BatchPlace(epoch: 0, batch: 0))
        let claim = ledger.claim(for: "a")
        let place = try #require(claim)
        ledger.keep(["b"])
        let again = ledger.claim(for: "b")
        #expect(again == place)
        ledger.finish(place, by: "a", statistics)
        #expect(!ledger.isOver)
        ledger.finish(place, by: "b", statistics)
        ledger.finish(place, by: "b", statistics)
        #expect(ledger.results[0] == statistics)
    }

    @Test func `a worker whose reply was lost gets the same mini-batch again`() {
        var ledger = BatchLedger(batchesPerEpoch: 8, epochs: 1, from: BatchPlace(epoch: 0, batch: 3))
        let first = ledger.claim(for: "a")
        #expect(first == BatchPlace(epoch: 0, batch: 3))
        let again = ledger.claim(for: "a")
        #expect(again == first)
    }

    /// Workers of random speed that die at random.
    @Test(arguments: 0..<8)
    func `no history loses a mini-batch or counts one twice`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var ledger = BatchLedger(batchesPerEpoch: 7, epochs: 5, from: BatchPlace(epoch: 0, batch: 0))
        var held: [String: BatchPlace] = [:]
        for _ in 0..<10_000 where !ledger.isOver {
            let worker = "w\(Int.random(in: 0..<4, using: &random))"
            if Int.random(in: 0..<5, using: &random) == 0 {
                held[worker] = nil
                ledger.keep(Set(held.keys))
                continue
            }
            if let place = held.removeValue(forKey: worker) { ledger.finish(place, by: worker, statistics) }
            if let place = ledger.claim(for: worker) { held[worker] = place }
        }
        #expect(ledger.isOver)
        #expect(ledger.results.values.allSatisfy { $0.samples == 28 })
    }
}
