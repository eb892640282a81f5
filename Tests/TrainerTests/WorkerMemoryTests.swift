import Foundation
import Glibc
import Model
import Networks
import Testing
import TrainerClient
import WorkerSupport

@testable import TrainerWorker

/// Runs alone, because it measures the memory of the whole process.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct WorkerMemoryTests {
    /// Bytes that this process has allocated and not freed.
    ///
    /// Those of the C library, which all other allocators use: unlike resident memory, they do not depend on how free
    /// pieces are scattered between used ones.
    private static func allocatedBytes() throws -> Int {
        typealias Report = @convention(c) (Int32, UnsafeMutablePointer<FILE>?) -> Int32
        let symbol = try #require(dlsym(nil, "malloc_info"))
        var text: UnsafeMutablePointer<CChar>?
        var size = 0
        let stream = open_memstream(&text, &size)
        #expect(unsafeBitCast(symbol, to: Report.self)(0, stream) == 0)
        fclose(stream)
        defer { free(text) }
        // The totals follow the last arena.
        let report = String(cString: try #require(text))
        let arenas = try #require(report.range(of: "</heap>", options: .backwards))
        var figures: [String: Int] = [:]
        for line in report[arenas.upperBound...].split(separator: "\n") {
            let words = line.split(separator: "\"")
            guard words.count > 2, let size = words.last(where: { $0.allSatisfy(\.isNumber) }) else { continue }
            figures["\(words[1])"] = Int(size)
        }
        let (taken, mapped) = (try #require(figures["current"]), try #require(figures["mmap"]))
        return taken + mapped - (try #require(figures["fast"])) - (try #require(figures["rest"]))
    }

    @Test func `a worker that does one training after another does not leak memory`() async throws {
        try await WorkerFixture.run { fixture in
            _ = try await TrainerTaskHandlerTests.prepare(fixture)
            let handler = TrainerTaskHandler(registry: fixture.registry, cache: fixture.cache)
            var sizes: [Int] = []
            // Cycles through networks of twenty shapes.
            for _ in 0..<14 {
                for shape in 0..<20 {
                    let kind = TableSix.allCases[shape % TableSix.allCases.count]
                    let part = try kind.network(
                        input: "image", shape: [1, 28, 28], classes: 10, width: 0.2 + 0.02 * Double(shape * 7 % 20))
                    var task = try TrainerTaskHandlerTests.task(epochs: 1)
                    task.network = try NetworkDescription.fused(branches: [("image", part)], classes: 10)
                    _ = try await handler.work(on: WorkerFixture.lease(TrainingTask.kind, try task.payload()))
                }
                sizes.append(try Self.allocatedBytes())
            }
            // The caches of libtorch fill in the first rounds; a few temporary allocations may vary.
            let growth = ((sizes[10...13].min() ?? 0) - (sizes[4...7].min() ?? 0)) / 120
            #expect(growth < 10 << 10, "a task leaves \(growth) bytes; sizes were \(sizes.map { $0 >> 10 }) KiB")
        }
    }
}
