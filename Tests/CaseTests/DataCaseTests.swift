import Foundation
import Model
import TestSupport
import Testing

@testable import Datasets

/// Raw data as it comes from disks of others.
@Suite(.enabled(if: SharedCases.areHere, Comment(rawValue: SharedCases.reason)))
struct DataCaseTests {
    private func images(_ folder: String) throws -> IDXFile {
        try IDXFile(
            path: SharedCases.file("images/\(folder)/mnist/train-images-idx3-ubyte.gz").path, dimensions: 3)
    }

    @Test func `members of gzip in a row are one file`() throws {
        let file = try images("multi-member")
        #expect(file.elements.count == file.shape.reduce(1, *) && file.elements.count > 156_792)
    }

    @Test func `a file that is cut short is refused`() throws {
        #expect(throws: Failure.self) { try images("cut-short") }
    }

    @Test func `hidden files beside recordings are none`() throws {
        let directory = try TemporaryDirectory()
        for name in ["3_jackson_7.wav", "._3_jackson_7.wav", ".DS_Store"] {
            _ = try directory.write(Array("no sound".utf8), as: name)
        }
        #expect(try AudioFolder.files(in: directory.url.path) == ["3_jackson_7.wav"])
    }
}
