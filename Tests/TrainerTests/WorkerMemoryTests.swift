import Foundation
import Model
import Networks
import Testing
import TrainerClient
import WorkerSupport

@testable import TrainerWorker

/// Alone, because what it reads is the memory of the whole process.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct WorkerMemoryTests {
    /// Memory of this process that is no file's.
    private static func anonymousBytes() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("RssAnon:") })
        return (Int(line.split(whereSeparator: \.isWhitespace)[1]) ?? 0) << 10
    }

    @Test func `a worker that does one training after the other does not grow`() async throws {
        try await WorkerFixture.run { fixture in
            _ = try await TrainerTaskHandlerTests.prepare(fixture)
            let handler = TrainerTaskHandler(registry: fixture.registry, cache: fixture.cache)
            var sizes: [Int] = []
            // Networks of twenty shapes again and again, each another one than the last.
            for _ in 0..<14 {
                for shape in 0..<20 {
                    let kind = TableSix.allCases[shape % TableSix.allCases.count]
                    let part = try kind.network(
                        input: "image", shape: [1, 28, 28], classes: 10, width: 0.2 + 0.02 * Double(shape * 7 % 20))
                    var task = try TrainerTaskHandlerTests.task(epochs: 1)
                    task.network = try NetworkDescription.fused(branches: [("image", part)], classes: 10)
                    _ = try await handler.work(on: WorkerFixture.lease(TrainingTask.kind, try task.payload()))
                }
                sizes.append(try Self.anonymousBytes())
            }
            // What is free between allocations comes and goes, so the least of four rounds counts, once all shapes were there.
            let growth = ((sizes[10...13].min() ?? 0) - (sizes[4...7].min() ?? 0)) / 120
            #expect(growth < 100 << 10, "a task leaves \(growth >> 10) KiB; sizes were \(sizes.map { $0 >> 10 }) KiB")
        }
    }
}
