import Foundation
import Model
import TestSupport
import Testing

/// A preparation that was killed continues where it stopped.
@Suite(.timeLimit(.minutes(10))) struct InterruptedPreparationTests {
    /// A folder of small pictures, enlarged so much that few fit into a shard, and the request to prepare it.
    private struct Made {
        let folder: TemporaryDirectory
        let target: TemporaryDirectory
        let count = 300

        init() throws {
            (folder, target) = (try TemporaryDirectory(), try TemporaryDirectory())
            var generator = SplitMix64(seed: 1)
            for name in ["cat", "dog"] {
                try FileManager.default.createDirectory(at: folder.file(name), withIntermediateDirectories: true)
                for index in 0..<count / 2 {
                    let pixels = (0..<8 * 8 * 3).map { _ in UInt8(generator.index(below: 256)) }
                    _ = try folder.write(Array("P6 8 8 255\n".utf8) + pixels, as: "\(name)/p\(index).ppm")
                }
            }
            _ = try folder.write("nothing".utf8, as: "cat/broken.ppm")
        }

        /// Starts the program that prepares.
        /// - Parameters:
        ///   - kilobytes: Maximum size of a file that it may write; nil for no limit.
        ///   - free: Size of a disk that only it sees, in the folder `disk`, in kilobytes that are still free.
        func start(
            _ name: String, limit kilobytes: Int? = nil, diskOf free: Int? = nil
        ) throws -> (program: ChildProcess, log: URL) {
            var settings = DataSettings(source: folder.url.path)
            var image = DataSettings.Modality(columns: ["file"], kind: .image)
            image.size = [256, 256]
            settings.modalities = ["image": image]
            let request = String(decoding: try JSONEncoder().encode(settings), as: UTF8.self)
            let input = try target.write("\(request)\n\(target.path(name))\n".utf8, as: "request")
            let log = target.file("log \(UUID().uuidString)")
            let path = try ChildProcess.executable("gyrus-data").path
            let limit = kilobytes.map { "trap '' XFSZ; ulimit -f \($0); " } ?? ""
            var words = ["/bin/bash", "-c", "\(limit)exec '\(path)' prepare"]
            if let free {
                let disk = target.file("disk")
                try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
                // One more page, which is taken, because a disk of size 0 has no limit.
                let mount =
                    "mount -t tmpfs -o size=\(free + 4)k none '\(disk.path)' && head -c 4096 /dev/zero > '\(disk.path)/taken'"
                words =
                    [
                        "/usr/bin/unshare", "--map-root-user", "--mount", "/bin/sh", "-c", "\(mount) && exec \"$@\"",
                        "sh",
                    ] + words
            }
            let program = try ChildProcess(
                path: words[0], Array(words.dropFirst()), input: URL(filePath: input), log: log)
            return (program, log)
        }

        /// Numbers of finished samples that a program has reported so far, in order.
        static func progress(_ log: URL) throws -> [Int] {
            try messages(log).compactMap(\.done)
        }

        static func messages(_ log: URL) throws -> [PreparationMessage] {
            let lines = String(decoding: try Data(contentsOf: log), as: UTF8.self).split(separator: "\n")
            return lines.compactMap { try? JSONDecoder().decode(PreparationMessage.self, from: Data($0.utf8)) }
        }
    }

    @Test func `after a kill it keeps finished work, and the result has the same bytes`() async throws {
        let made = try Made()
        let whole = try made.start("whole")
        #expect(await whole.program.end() == 0)
        #expect(try Made.progress(whole.log).first == 0)

        let killed = try made.start("resumed")
        while killed.program.isRunning, try Made.progress(killed.log).last ?? 0 < made.count / 2 {
            try await Task.sleep(for: .milliseconds(5))
        }
        killed.program.signal(SIGKILL)
        #expect(await killed.program.end() == 128 + SIGKILL)
        #expect(!FileManager.default.fileExists(atPath: made.target.path("resumed")))

        let resumed = try made.start("resumed")
        #expect(await resumed.program.end() == 0)
        let done = try #require(try Made.progress(resumed.log).first)
        #expect(done > 0 && done < made.count)
        #expect(try Made.messages(resumed.log).last?.unreadableCount == 1)
        let (first, second) = (made.target.file("whole"), made.target.file("resumed"))
        #expect(try Data(contentsOf: first) == Data(contentsOf: second))
        let left = try FileManager.default.contentsOfDirectory(atPath: made.target.url.path)
        #expect(left.allSatisfy { !$0.contains("shards") && !$0.contains("partial") })
    }

    @Test func `where a disk takes no more, it ends with the reason, and continues once there is space`() async throws {
        let made = try Made()
        let limited = try made.start("data", limit: 2_000)
        #expect(await limited.program.end() == 1)
        let failure = try #require(try Made.messages(limited.log).last?.failure)
        #expect(failure.code == .unavailable)
        #expect(
            failure.message.contains("0.shard': File too large. The finished samples are kept"), "\(failure.message)")
        #expect(!FileManager.default.fileExists(atPath: made.target.path("data")))
        let free = try made.start("data")
        #expect(await free.program.end() == 0)
        #expect(FileManager.default.fileExists(atPath: made.target.path("data")))
    }

    private static func canMount() async -> Bool {
        let words = ["--map-root-user", "--mount", "/bin/mount", "-t", "tmpfs", "none", "/mnt"]
        return (try? await ChildProcess.output(of: "/usr/bin/unshare", words))?.status == 0
    }

    @Test(
        .enabled("needs permission to mount a disk in a namespace of its own") { await canMount() },
        arguments: [0, 2_048, 8_192])
    func `where a disk is full, it ends with the reason`(freeKilobytes: Int) async throws {
        let made = try Made()
        let full = try made.start("disk/data", diskOf: freeKilobytes)
        #expect(await full.program.end() == 1)
        let failure = try #require(try Made.messages(full.log).last?.failure)
        #expect(failure.code == .unavailable)
        #expect(failure.message.contains("No space left on device"), "\(failure.message)")
        #expect(failure.message.contains(made.target.path("disk/")), "\(failure.message)")
    }

    @Test func `pictures that have changed are prepared again`() async throws {
        let made = try Made()
        let killed = try made.start("result")
        while killed.program.isRunning, try Made.progress(killed.log).last ?? 0 < made.count / 2 {
            try await Task.sleep(for: .milliseconds(5))
        }
        killed.program.signal(SIGKILL)
        await killed.program.end()
        try FileManager.default.removeItem(at: made.folder.file("dog/p0.ppm"))
        let next = try made.start("result")
        #expect(await next.program.end() == 0)
        #expect(try Made.progress(next.log).first == 0)
    }
}
