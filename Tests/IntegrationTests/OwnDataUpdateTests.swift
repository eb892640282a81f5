import Foundation
import TestSupport
import Testing

/// Models of users' data learn more data, from table to new version, through the built commands and services.
@Suite(.timeLimit(.minutes(10))) struct `Updates with own data on the command line` {
    private struct Update: Decodable {
        let model, stage: String
        let forgetting, earlier, newBefore, new: Double?
    }

    private struct Row: Decodable {
        let id: String
    }

    private struct Dataset: Decodable {
        let recipe: String
    }

    /// A small search over one family of networks.
    private static func scenario(_ kind: ClassRows) -> String {
        let family =
            switch kind {
            case .text: "DAN"
            case .table: "MLP"
            case .audio: "LeNet3"
            case .series: "TCN"
            }
        return """
            scenario: things
            data: {source: first.csv, split: {validation: 0.2, test: 0.2, seed: 1}}
            target: {column: \(ClassRows.target), kind: classification}
            modalities:
              input: {kind: \(kind.rawValue), columns: [\(kind.inputs.joined(separator: ", "))]}
            search: {method: random, population: 2, trials: 2, seed: 7, structures: [\(family)], widths: [1]}
            training: {epochs: 2, batch: 16}
            final: {epochs: 20, batch: 16}

            """
    }

    @Test(arguments: ClassRows.allCases)
    func `a new version answers a class that the model did not know`(_ kind: ClassRows) async throws {
        try await GyrusCommand.use { gyrus in
            #expect(try await gyrus.run("up", "-d").status == 0)
            try kind.write([0, 1], as: "first.csv", to: gyrus.folder)
            let file = try gyrus.write(Self.scenario(kind), to: "things.yaml")
            let published = try await gyrus.run("publish", "--wait", file)
            #expect(published.status == 0, "\(published.err)")
            let models = try await gyrus.list(Row.self, "models", "--order", "-created", "--limit", "1")
            let model = try #require(models.first).id

            try kind.write([2, 0], as: "second.csv", to: gyrus.folder, from: 100)
            let update = try await gyrus.run(
                "models", "update", model, "--data", "second.csv", "--epochs", "20", "--batch", "16",
                "--learning-rate", "0.01", "--allowed-forgetting", "100", "--format", "json")
            #expect(update.status == 0, "\(update.err)")
            #expect(!update.err.contains("could not record"), "\(update.err)")
            let learned = try JSONDecoder().decode(Update.self, from: Data(update.out.utf8))
            // Half of the new samples are of the new class.
            #expect(try #require(learned.newBefore) < 0.7)
            #expect(try #require(learned.new) > 0.8)
            #expect(try #require(learned.earlier) > 0.8)
            let version = try #require(try await gyrus.list(Row.self, "models", "--order", "-created").first)
            #expect(version.id == learned.model)
            if kind == .table { try await Self.namesThatMeanTwoThings(model, gyrus) }
        }
    }

    /// Data that could be a file and a dataset of the registry is neither guessed nor shadowed.
    private static func namesThatMeanTwoThings(_ model: String, _ gyrus: GyrusCommand) async throws {
        let added = try await gyrus.run("datasets", "add", "things", "first.csv", "--target", ClassRows.target)
        #expect(added.status == 0, "\(added.err)")
        let recipe = try #require(try await gyrus.list(Dataset.self, "datasets").first?.recipe)
        for name in ["things", String(recipe.prefix(12))] {
            _ = try gyrus.write("size,kind\n", to: name)
            let refused = try await gyrus.run("models", "update", model, "--data", name)
            #expect(refused.status == 2)
            #expect(refused.err.contains("is a file here and also a dataset in the registry"), "\(refused.err)")
            #expect(refused.err.contains("for the file use './\(name)'"), "\(refused.err)")
        }
        let unknown = try await gyrus.run("models", "update", model, "--data", "nothing.csv")
        #expect(unknown.status == 1 && unknown.err.contains("no file or folder 'nothing.csv'"), "\(unknown.err)")
        let byName = try await gyrus.run("models", "rank", "things@1")
        #expect(!byName.err.contains("no dataset"), "\(byName.err)")
    }
}
