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
}
