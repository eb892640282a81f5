import Model
import Testing

@testable import Search

@Suite struct MethodChoiceTests {
    @Test func `auto chooses by the space and the number of trials, and explains why`() throws {
        let edge = SearchSpace.Part("operation", ["a", "b"])
        let small = try SearchSpace((0..<3).map { .init("\($0)", [edge]) })
        let large = try SearchSpace((0..<101).map { .init("\($0)", [edge]) })
        #expect(SearchMethod.auto.choice(in: small, trials: 8).method == .random)
        #expect(SearchMethod.auto.choice(in: small, trials: 8).reason.contains("all 8 networks"))
        #expect(SearchMethod.auto.choice(in: try twoModalities(), trials: 7).method == .random)
        #expect(SearchMethod.auto.choice(in: try twoModalities(), trials: 48).method == .predictor)
        #expect(SearchMethod.auto.choice(in: large, trials: 48).method == .evolution)
        #expect(SearchMethod.auto.choice(in: large, trials: 48).reason.contains("101 decisions"))
    }

    @Test(arguments: SearchMethod.allCases)
    func `a scenario gets the method that it names`(method: SearchMethod) throws {
        let choice = method.choice(in: try twoModalities(), trials: 48)
        #expect(method == .auto || choice == (method, "the scenario names it"))
    }
}
