import Foundation
import Glibc
import Messaging
import Metrics
import ServiceClient
import ServiceLifecycle
import Storage

/// Metrics of this process from the operating system.
enum ProcessMetrics {
    static let source: MetricSource = { samples() }

    private static func samples() -> [MetricSample] {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let pages = file("/proc/self/statm").split(separator: " ").compactMap { Double($0) }
        let page = Double(sysconf(Int32(_SC_PAGESIZE)))
        var samples = [
            MetricSample(.processor, seconds(usage.ru_utime) + seconds(usage.ru_stime)),
            MetricSample(.mostFiles, Double(limit.rlim_cur)),
        ]
        if pages.count > 1 {
            samples += [.init(.addressSpace, pages[0] * page), .init(.memory, pages[1] * page)]
        }
        if let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            samples.append(.init(.openFiles, Double(files.count)))
        }
        if let start { samples.append(.init(.start, start)) }
        return samples
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }

    private static func file(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }

    /// The start of the process in seconds since 1970: the boot time plus the ticks since then.
    private static let start: Double? = {
        // The name of the program, which may have anything in it, ends with the last parenthesis.
        let fields = file("/proc/self/stat").split(separator: ")").last?.split(separator: " ") ?? []
        let boot = file("/proc/stat").split(separator: "\n").first { $0.hasPrefix("btime ") }
        guard fields.count > 19, let ticks = Double(fields[19]), let boot = boot.flatMap({ Double($0.dropFirst(6)) })
        else { return nil }
        return boot + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }()
}

/// Size of a service's database, and the free space on its disk.
struct DataMetrics: Sendable {
    private let database: ServiceDatabase
    private let directory: URL

    init(_ database: ServiceDatabase, in directory: URL) {
        self.database = database
        self.directory = directory
    }

    var source: MetricSource {
        {
            var samples = database.fileSizes.map { MetricSample(.databaseBytes, [("file", $0.file)], Double($0.bytes)) }
            if let free = DiskSpace.free(at: directory) { samples.append(.init(.freeBytes, Double(free))) }
            return samples
        }
    }
}

/// Free space on disks.
enum DiskSpace {
    /// Bytes that this user can still write to the disk of a folder; nil if that cannot be determined.
    static func free(at folder: URL) -> UInt64? {
        var status = statvfs()
        guard statvfs(folder.path, &status) == 0 else { return nil }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }
}

/// Submits a job to the message loop at intervals and measures how long it waits. Each wakes an idle process, so the
/// intervals are no shorter than those at which Prometheus usually asks.
actor LoopProbe: Service {
    private static let interval = Duration.seconds(10)

    nonisolated var unownedExecutor: UnownedSerialExecutor { MessageLoop.shared.asUnownedSerialExecutor() }
    private nonisolated let timer = Metrics.Timer(label: ServiceMetric.lag.name)

    nonisolated func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: Self.interval)) != nil {
                let start = ContinuousClock.now
                await self.turn()
                self.timer.record(duration: ContinuousClock.now - start)
            }
        }
    }

    private func turn() {}
}
