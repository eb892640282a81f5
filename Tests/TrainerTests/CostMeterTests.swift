import Foundation
import TestSupport
import Testing

@testable import TrainerWorker

/// The cost of training, on a simulated machine and on this one.
struct CostMeterTests {
    /// A folder like that of Linux: two packages, one with its cores and memory, and the whole board.
    private static func machine(_ folder: URL) throws {
        for (name, kind) in [
            ("intel-rapl:0", "package-0"), ("intel-rapl:0:0", "core"), ("intel-rapl:0:1", "dram"),
            ("intel-rapl:1", "package-1"), ("intel-rapl:2", "psys"), ("intel-rapl-mmio:0", "package-0"),
        ] {
            let domain = folder.appending(path: name)
            try FileManager.default.createDirectory(at: domain, withIntermediateDirectories: true)
            try Data("\(kind)\n".utf8).write(to: domain.appending(path: "name"))
            try Data("10000000\n".utf8).write(to: domain.appending(path: "max_energy_range_uj"))
        }
        try set(folder, 0, 0, 0)
    }

    private static func set(_ folder: URL, _ first: Int, _ memory: Int, _ second: Int) throws {
        for (name, value) in [
            ("0", first), ("0:0", 77), ("0:1", memory), ("1", second), ("2", 99),
        ] {
            try Data("\(value)\n".utf8).write(to: folder.appending(path: "intel-rapl:\(name)/energy_uj"))
        }
        try Data("55\n".utf8).write(to: folder.appending(path: "intel-rapl-mmio:0/energy_uj"))
    }

    @Test func `a process gets its share of the energy of packages and memory, also when counters start again`() throws
    {
        let folder = try TemporaryDirectory()
        try Self.machine(folder.url)
        let clock = Clock()
        var meter = CostMeter(EnergyCounters(in: folder.url)) { clock.times }
        // 3 + 1 + 2 joules, a quarter of them by this process.
        clock.times = CostMeter.Times(own: 1, machine: 4)
        try Self.set(folder.url, 3_000_000, 1_000_000, 2_000_000)
        meter.read()
        #expect(meter.cost.joules == 1.5)
        // Too soon for a reading; then 2 joules with a package beyond its range, all by this process.
        clock.times = CostMeter.Times(own: 1.01, machine: 4.01)
        meter.read()
        clock.times = CostMeter.Times(own: 2, machine: 5)
        try Self.set(folder.url, 1_000_000, 1_000_000, 2_000_000)
        meter.read()
        #expect(meter.cost.joules == 1.5 + 8)
        #expect(meter.cost.processorSeconds == 2)
    }

    @Test func `a machine without readable counters has no energy`() throws {
        let folder = try TemporaryDirectory()
        #expect(EnergyCounters(in: folder.file("nothing")) == nil)
        try Self.machine(folder.url)
        let clock = Clock()
        var meter = CostMeter(EnergyCounters(in: folder.url)) { clock.times }
        try FileManager.default.removeItem(at: folder.file("intel-rapl:1/energy_uj"))
        clock.times = CostMeter.Times(own: 1, machine: 1)
        meter.read()
        #expect(meter.cost.joules == nil)
        #expect(EnergyCounters(in: folder.url) == nil)
    }

    @Test func `work takes processor time on this machine`() throws {
        let meter = CostMeter()
        let start = try #require(meter.cost.processorSeconds)
        var sum = 0.0
        while try #require(meter.cost.processorSeconds) < start + 0.02 {
            sum += (1...10_000).map { sqrt(Double($0)) }.reduce(0, +)
        }
        #expect(sum > 0)
        let times = try #require(CostMeter.times())
        #expect(times.machine > times.own / 2)
    }

    private final class Clock {
        var times = CostMeter.Times(own: 0, machine: 0)
    }
}
