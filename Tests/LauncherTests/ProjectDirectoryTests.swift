import Foundation
import Glibc
import Launcher
import Model
import TestSupport
import Testing

@Suite struct `Project directory` {
    private let home: TemporaryDirectory

    init() throws { home = try TemporaryDirectory() }

    private func project(_ name: String, in folder: String) throws -> ProjectDirectory {
        try ProjectDirectory(name: name, root: home.file(folder), environment: [:])
    }

    private func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: home.path(folder)).sorted()
    }

    @Test func `a folder that no project created keeps its contents`() throws {
        try FileManager.default.createDirectory(at: home.file("thesis/state"), withIntermediateDirectories: true)
        _ = try home.write(Array("x".utf8), as: "thesis/state/thesis.tex")
        let directory = try project("a", in: "thesis")
        let refused = try #require(throws: Failure.self) { try directory.remove() }
        #expect(refused.code == .conflict && refused.message.contains("thesis"))
        // A project is not created where other files have the names of its own.
        let taken = try #require(throws: Failure.self) { try directory.create() }
        #expect(taken.message.contains("contains 'state', which is not from a project"))
        #expect(try names(in: "thesis/state") == ["thesis.tex"])
    }

    @Test func `only the project's part of a shared folder is removed`() throws {
        try FileManager.default.createDirectory(at: home.file("mixed"), withIntermediateDirectories: true)
        _ = try home.write(Array("x".utf8), as: "mixed/compose.yaml")
        let directory = try project("a", in: "mixed")
        try directory.create()
        let left = try directory.remove()
        #expect(try names(in: "mixed") == ["compose.yaml"] && left.count == 1)
    }

    @Test func `a project's own folder is removed, and removing it again does nothing`() throws {
        let directory = try project("a", in: "own")
        try directory.create()
        #expect(try directory.remove() == [])
        #expect(!FileManager.default.fileExists(atPath: home.path("own")))
        #expect(try directory.remove() == [])
    }

    @Test func `data behind a link is removed, and the link stays`() throws {
        try FileManager.default.createDirectory(at: home.file("real"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(at: home.file("link"), withDestinationURL: home.file("real"))
        let directory = try project("a", in: "link")
        try directory.create()
        #expect(try names(in: "real").contains("state"))
        #expect(try directory.remove().count == 1)
        #expect(try names(in: "real").isEmpty)
    }

    @Test func `a folder that the user placed elsewhere is reported and kept`() throws {
        let directory = try project("a", in: "own")
        try directory.create()
        try FileManager.default.moveItem(at: directory.state, to: home.file("big"))
        try FileManager.default.createSymbolicLink(at: directory.state, withDestinationURL: home.file("big"))
        #expect(try directory.remove().contains { $0.contains("big") })
        #expect(FileManager.default.fileExists(atPath: home.path("big")))
    }

    @Test func `a folder of another project is refused by name`() throws {
        try project("first", in: "p").create()
        let second = try project("second", in: "p")
        for attempt in [{ try second.create() }, { _ = try second.remove() }] {
            let failure = try #require(throws: Failure.self) { try attempt() }
            #expect(failure.message.contains("'first'") && failure.message.contains("'second'"))
        }
        let locator = ProjectLocator(name: "second", file: nil, directory: home.path("p"), environment: [:])
        #expect(throws: Failure.self) { try locator.projectDirectory() }
    }

    @Test func `a socket folder that others can access is refused`() throws {
        let folder = home.file("run")
        try PrivateFolder.make(at: folder)
        try PrivateFolder.make(at: folder)
        chmod(folder.path, 0o755)
        let open = try #require(throws: Failure.self) { try PrivateFolder.make(at: folder) }
        #expect(open.code == .permissionDenied && open.message.contains("mode 755"))
        let link = home.file("link")
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: home.file("run"))
        #expect(
            try #require(throws: Failure.self) { try PrivateFolder.make(at: link) }.message.contains("not a folder"))
        if geteuid() == 0 {
            chmod(folder.path, 0o700)
            chown(folder.path, 65534, 65534)
            let foreign = try #require(throws: Failure.self) { try PrivateFolder.check(folder) }
            #expect(foreign.message.contains("belongs to user 65534"))
        }
    }
}
