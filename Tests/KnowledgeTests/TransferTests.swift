import KnowledgeAttention
import Model
import TestSupport
import Testing
import TransferSupport

/// The benchmark `knowledge` with a part of its scenarios and models.
@Suite(.serialized, .timeLimit(.minutes(10))) struct TransferTests {
    private static let last = 7

    @Test(.enabled(if: RealData.isHere, Comment(rawValue: RealData.reason)))
    func `attention picks better models for real scenarios than the best on average`() throws {
        let study = try TransferStudy.trained(isSmall: true)
        let order = Array(study.scenarios.indices)
        func regret(_ choice: TransferChoice) throws -> Double {
            try study.regrets(of: choice, order: order).suffix(Self.last).reduce(0, +) / Double(Self.last)
        }
        let attention = try regret(.attention)
        #expect(try attention < regret(.bestOnAverage))
        #expect(try attention < regret(.random) / 2)
    }
}
