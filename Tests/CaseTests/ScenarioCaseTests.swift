import Foundation
import Model
import TestSupport
import Testing

@testable import gyrus

/// Scenario files as people write them.
@Suite(.enabled(if: SharedCases.areHere, Comment(rawValue: SharedCases.reason)))
struct ScenarioCaseTests {
    private static func read(_ name: String) throws -> Scenario {
        let text = try String(contentsOf: SharedCases.file("scenario/\(name).yaml"), encoding: .utf8)
        return try ScenarioFile(text, file: "\(name).yaml").scenario
    }

    @Test(arguments: [
        ("comment-with-star", "comment"), ("plain-stars", "digits *v2* &co"), ("crlf", "crlf"), ("exponents", "exp"),
    ])
    func `a file is read`(_ name: String, _ scenario: String) throws {
        #expect(try Self.read(name).name == scenario)
    }

    @Test func `exponents are numbers, and characters are counted as people do`() throws {
        #expect(try Self.read("exponents").limits.parameters == 1_000_000)
        #expect(try Self.read("name-of-50-characters").name.count == 50)
    }

    @Test(arguments: [
        ("crlf-anchor", "crlf-anchor.yaml:9:8: scenario: anchors and aliases"),
        ("duplicate-key", "training: this field is given twice"),
        ("decimal-comma", "decimal-comma.yaml:8:27: modalities.image.preprocess.pca-energy-removed"),
    ])
    func `an error gives its position`(_ name: String, _ words: String) throws {
        let failure = try #require(throws: Failure.self) { try Self.read(name) }
        #expect(failure.code == .invalidArgument && failure.message.contains(words), "\(failure.message)")
    }

    @Test func `a name cannot lead out of a folder`() throws {
        let name = try Self.read("name-with-slashes").name
        #expect(name == "../../escape/me")
        #expect(fileName(name) == "escape-me")
    }
}
