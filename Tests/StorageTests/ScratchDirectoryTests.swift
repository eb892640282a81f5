import Foundation
import Storage
import TestSupport
import Testing

struct ScratchDirectoryTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private var names: Set<String> {
        Set((try? FileManager.default.contentsOfDirectory(atPath: folder.url.path)) ?? [])
    }

    @Test func `files of a killed process are removed, and those of a running one stay`() throws {
        let living = try ScratchDirectory(in: folder.url)
        // A process that was killed leaves the folder and a lock that no process holds.
        let dead = folder.file("gyrus-task-dead")
        try FileManager.default.createDirectory(at: dead, withIntermediateDirectories: true)
        try Data().write(to: dead.appending(path: "lock"))
        try Data(count: 9).write(to: dead.appending(path: "checkpoint"))
        try FileManager.default.createDirectory(at: folder.file("other"), withIntermediateDirectories: true)
        ScratchDirectory.removeAbandoned(in: folder.url, now: Date() + 30)
        #expect(names == [living.url.lastPathComponent, "gyrus-task-dead", "other"], "it may have been made just now")
        ScratchDirectory.removeAbandoned(in: folder.url, now: Date() + 3_600)
        #expect(names == [living.url.lastPathComponent, "other"])
        living.remove()
        #expect(names == ["other"])
    }

    @Test func `a link that someone put there is not followed`() throws {
        let target = folder.file("target")
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(at: folder.file("gyrus-task-x"), withDestinationURL: target)
        ScratchDirectory.removeAbandoned(in: folder.url, now: Date() + 3_600)
        #expect(names == ["gyrus-task-x", "target"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: target.path).isEmpty)
    }
}
