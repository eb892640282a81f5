import DesignerClient
import Foundation
import Model
import Testing

@testable import ConsoleServer

@Suite struct ModelLinksTests {
    @Test func `only final trainings and the result have models`() throws {
        let trials = [
            try SearchPictureTests.trial(0, "random", 0.6), try SearchPictureTests.trial(1, "mutation 0", 0.7),
            try SearchPictureTests.trial(2, "final 1", 0.8, final: 1),
            try SearchPictureTests.trial(3, "final 0", nil, final: 0),
        ]
        let running = ModelLinks(try SearchPictureTests.status(method: "evolution"))
        #expect(trials.map { running.address(of: $0) } == [nil, nil, "/models/s1/2", nil])
        // A trial of the search can validate better than the final training of its network.
        let ended = ModelLinks(try SearchPictureTests.status(method: "evolution", model: "s1/1"))
        #expect(trials.map { ended.address(of: $0) } == [nil, "/models/s1/1", "/models/s1/2", nil])
    }

    @Test(arguments: [
        ("image: LeNet3, audio: LeNet5", [true, true]), ("image: LeNet3, audio: made-before", [false, true]),
        ("image: made-before, audio: LeNet5", [true, false]),
    ])
    func `of fused networks, those that were trained for the fusion have models`(
        networks: String, areModels: [Bool]
    ) throws {
        let links = ModelLinks(try SearchPictureTests.status(method: "progressive", fusing: networks))
        // The networks are tried in the order of their modalities' names, audio first.
        let alone = [try SearchPictureTests.trial(0, "alone", 0.6), try SearchPictureTests.trial(1, "alone", 0.7)]
        #expect(alone.map { links.address(of: $0) != nil } == areModels)
        let others = [
            try SearchPictureTests.trial(2, "late fusion", 0.8),
            try SearchPictureTests.trial(3, "final 2", 0.9, final: 2),
            try SearchPictureTests.trial(1, "alone", nil),
        ]
        #expect(others.map { links.address(of: $0) } == [nil, "/models/s1/3", nil])
    }

    @Test func `dots of a chart link only to models`() throws {
        var progress = SearchPictureTests.progress
        progress.front = progress.sample
        let report = SearchReport(
            status: try SearchPictureTests.status(method: "evolution", model: "s1/2"), progress: progress, trials: [],
            table: try TrialTable(Query()), reports: nil, position: StreamPosition())
        for name in ["bestChart", "frontChart"] {
            let chart = try #require(report.values[name] as? String)
            let links = chart.matches(of: /href="([^"]*)"/).map { String($0.1) }
            #expect(links == ["/models/s1/2"], "\(name)")
        }
        // The best network so far is named, and leads nowhere.
        let (network, model) = (report.values["bestNetwork"] as? String, report.values["bestModel"] as? String)
        #expect(network == "image: LeNet3×1 adam")
        #expect(model == nil)
    }
}
