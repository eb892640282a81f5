import Foundation
import Model
import TestSupport
import Testing

@testable import Datasets

@Suite struct `IDX files` {
    private let good: [UInt8] = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 10, 20, 30, 40, 50, 60]

    @Test func `sizes and elements are read`() throws {
        let file = try IDXFile(good, path: "x", dimensions: 2)
        #expect(file.shape == [2, 3])
        #expect(Array(file.elements) == [10, 20, 30, 40, 50, 60])
    }

    @Test(
        arguments: [
            ([], 0, "two zeros"), ([1, 0, 8, 1], 0, "two zeros"),
            ([0, 0, 0x0D, 2, 0, 0, 0, 2], 2, "type 13"),
            ([0, 0, 8, 3, 0, 0, 0, 2], 3, "3 dimensions; 2 are required"),
            ([0, 0, 8, 2, 0, 0, 0, 2, 0], 9, "ends within the sizes"),
            ([0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 1], 4, "invalid size 0"),
            ([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3], 15, "the file ends after 3"),
            ([0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3], 14, "there are 3"),
        ] as [([UInt8], Int, String)])
    func `a wrong file is refused with the position of the byte`(bytes: [UInt8], position: Int, reason: String) throws {
        let failure = try #require(throws: Failure.self) {
            try IDXFile(bytes, path: "/data/labels", dimensions: 2)
        }
        #expect(failure.code == .corrupt)
        #expect(failure.message.contains("'/data/labels'"))
        #expect(failure.message.contains("at byte \(position):"))
        #expect(failure.message.contains(reason))
    }

    /// `good`, compressed by Python's gzip with no name and no time.
    private let compressed: [UInt8] = [
        0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 3, 0x63, 0x60, 0xE0, 0x60, 0x62, 0x60, 0x60, 0, 0x61, 0x66, 0x2E, 0x11,
        0x39, 0x0D, 0x23, 0x1B, 0, 0xE9, 0x4F, 0x76, 0xA5, 0x12, 0, 0, 0,
    ]

    @Test func `a gzipped file is decompressed`() throws {
        let folder = try TemporaryDirectory()
        let path = try folder.write(compressed, as: "file.gz")
        #expect(try Gzip.contents(of: path) == good)
    }

    @Test func `every truncation of a gzipped file is refused`() throws {
        let folder = try TemporaryDirectory()
        for length in 2..<compressed.count {
            let path = try folder.write(compressed.prefix(length), as: "cut.gz")
            let failure = try #require(throws: Failure.self) { try IDXFile(path: path, dimensions: 2) }
            #expect(failure.message.contains("cut.gz"))
            #expect(failure.message.contains("truncated"))
        }
    }

    @Test func `a gzipped file with a changed byte is refused`() throws {
        let folder = try TemporaryDirectory()
        var bytes = compressed
        bytes[20] ^= 0x55
        let path = try folder.write(bytes, as: "changed.gz")
        #expect(throws: Failure.self) { try Gzip.contents(of: path) }
    }

    @Test func `a file that decompresses to more than the limit is refused`() throws {
        let folder = try TemporaryDirectory()
        let path = try folder.write(compressed, as: "file.gz")
        #expect(throws: Failure.self) { try Gzip.contents(of: path, limit: 4) }
    }

    @Test func `labels and pictures of MNIST must fit each other`() throws {
        let folder = try TemporaryDirectory()
        func images(_ count: UInt8) -> [UInt8] {
            [0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 28, 0, 0, 0, 28] + [UInt8](repeating: 1, count: Int(count) * 784)
        }
        func pictures(_ shape: [Int] = [1, 28, 28]) throws -> ImageSet {
            try .arrays(folder: folder.url.path, training: "train", test: "t10k", shape: shape, classes: 10)
        }
        func refusal() throws -> String {
            try #require(throws: Failure.self) { try pictures() }.message
        }
        for part in ["train", "t10k"] {
            _ = try folder.write(images(2), as: "\(part)-images-idx3-ubyte")
            _ = try folder.write([0, 0, 8, 1, 0, 0, 0, 2, 7, 9], as: "\(part)-labels-idx1-ubyte")
        }
        let set = try pictures()
        #expect(set.training.labels == [7, 9])
        #expect(set.test.pixels(1).count == 784)
        let other = try #require(throws: Failure.self) { try pictures([1, 32, 32]) }
        #expect(other.message.contains("28 × 28, not 32 × 32"))
        _ = try folder.write([0, 0, 8, 1, 0, 0, 0, 1, 7], as: "t10k-labels-idx1-ubyte")
        #expect(try refusal().contains("1 labels for the 2 pictures"))
        _ = try folder.write([0, 0, 8, 1, 0, 0, 0, 2, 7, 10], as: "t10k-labels-idx1-ubyte")
        #expect(try refusal().contains("label 10 at byte 9"))
        try FileManager.default.removeItem(atPath: folder.path("train-images-idx3-ubyte"))
        #expect(try refusal().contains("neither 'train-images-idx3-ubyte.gz' nor"))
    }
}
