import Foundation
import Model
import TestSupport
import Testing

@testable import ServerClient

@Suite struct PackageStoreTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    /// Makes packages of a thousand bytes, the first used longest ago.
    private func make(_ names: String...) throws {
        for (index, name) in names.enumerated() {
            let file = folder.file("\(name)/model.pt")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(count: 1_000).write(to: file)
            let used = Date(timeIntervalSinceNow: -10_000 + Double(index))
            try FileManager.default.setAttributes([.modificationDate: used], ofItemAtPath: file.path)
        }
    }

    private var left: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() }
    }

    @Test func `the packages used longest ago make room`() throws {
        try make("c", "a", "b")
        PackageStore.makeRoom(in: folder.url, 3_000)
        #expect(try left == ["a", "b", "c"])
        PackageStore.makeRoom(in: folder.url, 2_999)
        #expect(try left == ["a", "b"])
        PackageStore.makeRoom(in: folder.url, 999)
        #expect(try left.isEmpty)
    }

    @Test func `a package that is held or was just used stays`() throws {
        try make("held", "used", "old")
        let hold = try PackageStore.hold(folder.file("held/model.pt"))
        utimes(folder.path("used/model.pt"), nil)
        PackageStore.makeRoom(in: folder.url, 0)
        #expect(try left == ["held", "used"])
        withExtendedLifetime(hold) {}
    }

    @Test func `a package can go once it is no longer held`() throws {
        try make("held")
        do {
            let hold = try PackageStore.hold(folder.file("held/model.pt"))
            withExtendedLifetime(hold) {}
        }
        PackageStore.makeRoom(in: folder.url, 0)
        #expect(try left.isEmpty)
    }

    @Test func `the size comes from the environment`() throws {
        #expect(try PackageStore.limit([:]) == 8 << 30)
        #expect(try PackageStore.limit([PackageStore.sizeVariable: "2"]) == 2 << 30)
        for wrong in ["0", "-1", "1.5", "much", "65537"] {
            let failure = try #require(throws: Failure.self) {
                try PackageStore.limit([PackageStore.sizeVariable: wrong])
            }
            #expect(failure.message == "GYRUS_PACKAGE_CACHE is '\(wrong)'; it must be from 1 to 65536 GiB.")
        }
    }
}
