import Foundation
import Model
import Testing

@Suite struct CacheFolderTests {
    @Test(arguments: [
        (["XDG_CACHE_HOME": "/big", "HOME": "/home/a"], "/big/gyrus"), (["HOME": "/home/a"], "/home/a/.cache/gyrus"),
        (["XDG_CACHE_HOME": "", "HOME": "/home/a"], "/home/a/.cache/gyrus"),
        (["XDG_CACHE_HOME": "relative", "HOME": "/home/a"], "/home/a/.cache/gyrus"), (["HOME": ""], nil), ([:], nil),
    ])
    func `the cache folder follows the environment`(_ environment: [String: String], _ path: String?) {
        #expect(CacheFolder.url(environment)?.path == path)
    }

    @Test func `without a home, files go into a folder that only this user can enter`() throws {
        let common = URL.temporaryDirectory.appending(path: "gyrus-common-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: common) }
        #expect(try CacheFolder.place("blobs", [:], common: common).path == "\(common.path)/cache/blobs")
        let mode = try FileManager.default.attributesOfItem(atPath: common.path)[.posixPermissions] as? Int
        #expect(mode == 0o700)
        #expect(
            try CacheFolder.place("blobs", ["HOME": "/home/a"], common: common).path == "/home/a/.cache/gyrus/blobs")
        // As another user would have prepared it.
        chmod(common.path, 0o777)
        let open = try #require(throws: Failure.self) { try CacheFolder.place("blobs", [:], common: common) }
        #expect(open.code == .permissionDenied && open.message.contains("mode 777"))
    }
}
