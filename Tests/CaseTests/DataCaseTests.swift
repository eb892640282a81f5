import Foundation
import Model
import TestSupport
import Testing

@testable import Datasets

/// Raw data as it comes from other people's disks.
@Suite(.enabled(if: SharedCases.areHere, Comment(rawValue: SharedCases.reason)))
struct DataCaseTests {
    private func images(_ folder: String) throws -> IDXFile {
        try IDXFile(
            path: SharedCases.file("images/\(folder)/mnist/train-images-idx3-ubyte.gz").path, dimensions: 3)
    }

    @Test func `consecutive gzip members are one file`() throws {
        let file = try images("multi-member")
        #expect(file.elements.count == file.shape.reduce(1, *) && file.elements.count > 156_792)
    }

    @Test func `a truncated file is refused`() throws {
        #expect(throws: Failure.self) { try images("cut-short") }
    }

    @Test(arguments: [
        ("stream-ffffffff", 1_600), ("stream-zero", 1_600), ("odd-chunk-unpadded", 1_600), ("ext_oversize", 1_600),
        ("list_before", 1_600), ("u8_odd", 1_599), ("float32", 1_600),
    ])
    func `recordings from streams and recorders are read`(_ name: String, _ count: Int) throws {
        let samples = try AudioFolder.samples(of: SharedCases.file("audio/\(name).wav").path, rate: 8000)
        #expect(samples.count == count)
        #expect(samples.contains { $0 != 0 })
    }

    @Test func `hidden files next to recordings are ignored`() throws {
        let directory = try TemporaryDirectory()
        for name in ["3_jackson_7.wav", "._3_jackson_7.wav", ".DS_Store"] {
            _ = try directory.write(Array("no sound".utf8), as: name)
        }
        #expect(try AudioFolder.files(in: directory.url.path) == ["3_jackson_7.wav"])
    }
}
