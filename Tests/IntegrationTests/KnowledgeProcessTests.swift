import Foundation
import TestSupport
import Testing

private struct Update: Decodable {
    let model, stage: String
    let forgetting: Double?
}

private struct Model: Decodable {
    let id: String
}

private struct Schedule: Decodable {
    let id, model, state, note, task: String

    var isDone: Bool { state == "failed" || state == "waiting" && pending == 0 && !task.isEmpty }
    let samples, pending: Int
}

private struct Ranked: Decodable {
    let model: String
    let outcomes: Int
    let scores: [String: Double]
}

/// A scenario with some classes of synthetic digits.
private func scenario(_ labels: [Int], seed: Int = 1) -> String {
    """
    scenario: digits
    stimuli: [see written digits]
    modalities:
      image: {dataset: synthetic-digits}
    data: {samples: {training: 300, validation: 100, test: 100}, seed: \(seed), labels: \(labels)}
    search: {method: random, population: 2, trials: 2, seed: 7, structures: [LeNet3], widths: [1]}
    training: {epochs: 1, batch: 32, samples: 128, validation: 64}
    final: {epochs: 6, batch: 16}

    """
}

/// Managing models and knowledge on the command line.
@Suite(.timeLimit(.minutes(5))) struct `Models that continue learning` {
    @Test func `updates, ranking, rollback, schedules and snapshots work end to end`() async throws {
        try await GyrusCommand.use { gyrus in
            #expect(try await gyrus.run("up", "-d").status == 0)
            let first = try gyrus.write(scenario([0, 1, 2, 3, 4]), to: "first.yaml")
            let published = try await gyrus.run("publish", "--synthetic", "--wait", first)
            #expect(published.status == 0, "\(published.err)")
            let id = published.out.trimmingCharacters(in: .newlines)
            let model = "\(id)/2"
            #expect(try await gyrus.run("models", "stage", model, "live", "--by", "ada").status == 0)
            let others = try gyrus.write(scenario([5, 6, 7, 8, 9], seed: 2), to: "others.yaml")
            let version = try await update(model, others, gyrus)
            try await schedule(version, gyrus)
            try await bringElsewhere(gyrus)
        }
    }

    /// A version that forgets is kept but not promoted, one that does not is promoted, and rollback undoes that.
    private func update(_ model: String, _ data: String, _ gyrus: GyrusCommand) async throws -> String {
        let before = try await gyrus.list(Ranked.self, "models", "rank", data)
        #expect(before.map(\.model) == [model] && before[0].outcomes == 0)
        #expect(Set(before[0].scores.keys) == ["logme", "h-score"])
        let text = scenario([0, 1]).replacingOccurrences(of: "image:", with: "picture:")
        let foreign = try await gyrus.run("models", "rank", try gyrus.write(text, to: "foreign.yaml"))
        #expect(foreign.status == 1 && foreign.err.contains("none of 1 models fits"), "\(foreign.err)")

        let forgetful = try await updated(model, data, gyrus, "--method", "fine-tuning")
        #expect(forgetful.stage == "none" && (forgetful.forgetting ?? 0) > 0.3)
        #expect(try await live(gyrus) == [model])
        let careful = try await updated(model, data, gyrus, "--allowed-forgetting", "10")
        #expect(careful.stage == "live" && (careful.forgetting ?? 1) <= 0.1)
        #expect(try await live(gyrus) == [careful.model])
        let shown = try await gyrus.run("models", "show", careful.model)
        #expect(shown.out.contains(model))

        let back = try await gyrus.run("models", "rollback", careful.model)
        #expect(back.out == "\(model) live\n", "\(back.err)")
        #expect(try await live(gyrus) == [model])
        // The next ranking knows the outcomes of both.
        let after = try await gyrus.list(Ranked.self, "models", "rank", data)
        #expect(after.first { $0.model == model }?.outcomes == 1)
        #expect(after.contains { $0.model == forgetful.model })
        return model
    }

    private func updated(
        _ model: String, _ data: String, _ gyrus: GyrusCommand, _ more: String...
    ) async throws -> Update {
        let command = ["models", "update", model, "--data", data, "--epochs", "6", "--batch", "16"]
        let output = try await gyrus.run(command + ["--learning-rate", "0.003", "--format", "json"] + more)
        #expect(output.status == 0, "\(output.err)")
        #expect(!output.err.contains("could not record"), "\(output.err)")
        return try JSONDecoder().decode(Update.self, from: Data(output.out.utf8))
    }

    private func live(_ gyrus: GyrusCommand) async throws -> [String] {
        try await gyrus.list(Model.self, "models", "--filter", "stage=live").map(\.id)
    }

    /// A schedule updates the model once enough new samples have arrived; a canceled one does not.
    private func schedule(_ model: String, _ gyrus: GyrusCommand) async throws {
        func make(_ samples: Int) async throws -> String {
            let made = try await gyrus.run(
                "models", "schedule", model, "--dataset", "synthetic-digits", "--when", "\(samples)")
            #expect(made.status == 0, "\(made.err)")
            return made.out.trimmingCharacters(in: .newlines)
        }
        let (eager, canceled) = try await (make(500), make(1))
        let schedules = { try await gyrus.list(Schedule.self, "models", "schedules") }
        let waiting = try await schedules()
        #expect(waiting.map(\.id) == [eager, canceled] && waiting.allSatisfy { $0.state == "waiting" })
        #expect(waiting.allSatisfy { $0.pending == 0 })
        #expect(try await gyrus.run("models", "unschedule", canceled).out == "\(canceled) cancelled\n")

        // 300 samples are too few, 600 are enough.
        try await prepare(seed: 3, gyrus)
        while try await schedules()[0].pending < 300 { try await Task.sleep(for: .milliseconds(100)) }
        #expect(try await schedules()[0].state == "waiting")
        try await prepare(seed: 4, gyrus)
        var schedule = try await schedules()[0]
        while !schedule.isDone {
            try await Task.sleep(for: .milliseconds(100))
            schedule = try await schedules()[0]
        }
        #expect(schedule.state == "waiting", "\(schedule.note)")
        #expect(schedule.note.contains(" is "))
        let kinds = try await gyrus.run("events", "--service", "knowledge").out
        #expect(kinds.contains("schedule.updating"))
        #expect(try await schedules().first { $0.id == canceled }?.state == "cancelled")
    }

    private func prepare(seed: Int, _ gyrus: GyrusCommand) async throws {
        let file = try gyrus.write(scenario([0, 1, 2, 3, 4], seed: seed), to: "more.yaml")
        let prepared = try await gyrus.run("datasets", "prepare", file)
        #expect(prepared.status == 0 && prepared.err.contains("300 training samples"), "\(prepared.err)")
    }

    /// The outcomes of one project determine the rankings of another.
    private func bringElsewhere(_ gyrus: GyrusCommand) async throws {
        let file = gyrus.folder.appending(path: "knowledge.jsonl").path
        #expect(try await gyrus.run("knowledge", "snapshot", file).status == 0)
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").count
        #expect(lines >= 4)
        try await GyrusCommand.use { other in
            try await other.run("up", "-d", "registry", "trainer", "knowledge")
            for _ in 1...2 {
                let restored = try await other.run("knowledge", "restore", file)
                #expect(restored.status == 0 && restored.err.contains("\(lines) outcomes"), "\(restored.err)")
            }
            let again = other.folder.appending(path: "again.jsonl").path
            #expect(try await other.run("knowledge", "snapshot", again).status == 0)
            let (ours, theirs) = try (Data(contentsOf: URL(filePath: file)), Data(contentsOf: URL(filePath: again)))
            #expect(ours.count == theirs.count)
            let bad = try other.write("{\"id\": 1}\n", to: "bad.jsonl")
            let refused = try await other.run("knowledge", "restore", bad)
            #expect(refused.status != 0 && refused.err.contains("line 1"), "\(refused.err)")
        }
    }
}
