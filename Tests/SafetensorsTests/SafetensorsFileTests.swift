import Foundation
import Model
import Safetensors
import TestSupport
import Testing

@Suite struct `Safetensors files` {
    let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func file(header: String, data: Int) throws -> String {
        var bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { [UInt8]($0) }
        bytes += header.utf8
        bytes += [UInt8](repeating: 0, count: data)
        return try folder.write(bytes, as: "made.safetensors")
    }

    private func refusal(of path: String) -> Failure? {
        do {
            _ = try SafetensorsFile(opening: path)
            return nil
        } catch { return error as? Failure }
    }

    @Test func `written data is read back`() throws {
        let path = folder.path("round.safetensors")
        let weights = try Tensor("image.conv \"1\"\n.weight", shape: [2, 3], [1, 2, 3, 4, 5, -6.5] as [Float])
        let labels = try Tensor("labels", shape: [3], [7, -8, 9] as [Int32])
        let pixels = try Tensor("pixels", shape: [1, 3], [0, 128, 255] as [UInt8])
        let scalar = try Tensor("scale", shape: [], [0.25] as [Double])
        let empty = try Tensor("none", shape: [0, 4], [] as [Float])
        let half = try Tensor("half", .float16, shape: [1], bytes: [0x00, 0x3C])
        try SafetensorsFile.write(
            [pixels, labels, weights, scalar, empty, half], metadata: ["origin": "tésts\t\u{1}"], to: path)

        let file = try SafetensorsFile(opening: path)
        #expect(file.metadata == ["origin": "tésts\t\u{1}"])
        #expect(file.entries.count == 6)
        #expect(try file.entry(named: weights.name).shape == [2, 3])
        #expect(try file.elements(of: weights.name) as [Float] == [1, 2, 3, 4, 5, -6.5])
        #expect(try file.elements(of: "labels") as [Int32] == [7, -8, 9])
        #expect(try file.elements(of: "scale") as [Double] == [0.25])
        #expect(try file.elements(of: "none") as [Float] == [])
        #expect(try file.withBytes(of: "pixels") { [UInt8]($0) } == [0, 128, 255])
        #expect(try file.withBytes(of: "half") { [UInt8]($0) } == [0x00, 0x3C])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["round.safetensors"])
    }

    @Test func `every tensor is aligned to its elements`() throws {
        let path = folder.path("aligned.safetensors")
        try SafetensorsFile.write(
            [
                Tensor("a", shape: [3], [1, 2, 3] as [UInt8]), Tensor("b", shape: [1], [1] as [Double]),
                Tensor("c", shape: [1], [1] as [Float]), Tensor("d", .float16, shape: [1], bytes: [0, 0]),
            ], to: path)
        let file = try SafetensorsFile(opening: path)
        for entry in file.entries {
            let address = try #require(file.unsafeBytes(of: entry).baseAddress)
            #expect(Int(bitPattern: address) % entry.type.byteCount == 0)
        }
    }

    @Test func `the same content gives the same bytes in any order`() throws {
        let first = try Tensor("first", shape: [1], [1] as [Float])
        let second = try Tensor("second", shape: [2], [1, 2] as [UInt8])
        try SafetensorsFile.write([first, second], metadata: ["b": "2", "a": "1"], to: folder.path("one"))
        try SafetensorsFile.write([second, first], metadata: ["a": "1", "b": "2"], to: folder.path("two"))
        #expect(
            try Data(contentsOf: folder.url.appending(path: "one"))
                == Data(contentsOf: folder.url.appending(path: "two")))
    }

    /// The layout that Python writes: tensors ordered by the width of their elements, spaces at the end of the header.
    @Test func `a file from Python is read`() throws {
        let header =
            #"{"__metadata__":{"by":"python"},"ids":{"dtype":"I64","shape":[2],"data_offsets":[0,16]},"#
            + #""m":{"dtype":"F32","shape":[1,2],"data_offsets":[16,24]}}   "#
        var bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { [UInt8]($0) }
        bytes += header.utf8
        bytes += [1, 0, 0, 0, 0, 0, 0, 0, 254, 255, 255, 255, 255, 255, 255, 255, 0, 0, 128, 63, 0, 0, 0, 64]
        let file = try SafetensorsFile(opening: try folder.write(bytes, as: "python.safetensors"))
        #expect(file.metadata == ["by": "python"])
        #expect(try file.elements(of: "ids") as [Int64] == [1, -2])
        #expect(try file.elements(of: "m") as [Float] == [1, 2])
    }

    @Test(arguments: [
        (#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 4, "w.data_offsets", "only 4"),
        (#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, "w.data_offsets", "does not fit"),
        (#"{"w":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}"#, 4, "w.dtype", "'F99' is unknown"),
        (#"{"w":{"shape":[1],"data_offsets":[0,4]}}"#, 4, "w.dtype", "missing"),
        (#"{"w":{"dtype":"U8","data_offsets":[0,4]}}"#, 4, "w.shape", "missing"),
        (#"{"w":{"dtype":"U8","shape":[4]}}"#, 4, "w.data_offsets", "two ascending"),
        (#"{"w":{"dtype":"U8","shape":[4],"data_offsets":[4,0]}}"#, 4, "w.data_offsets", "two ascending"),
        (#"{"w":{"dtype":"U8","shape":[-4],"data_offsets":[0,4]}}"#, 4, "w.shape", "non-negative"),
        (#"{"w":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"x":1}}"#, 4, "w.x", "only"),
        (#"{"w":{"dtype":"U8","shape":[4],"shape":[4],"data_offsets":[0,4]}}"#, 4, "w.shape", "twice"),
        (#"{"w":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#, 0, "w.data_offsets", "fit"),
        (#"{"w":{"dtype":"U8","shape":[99999999999999999999],"data_offsets":[0,0]}}"#, 0, "w.shape", "too large"),
        (
            #"{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"w":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#,
            2, "'w'", "twice"
        ),
        (
            #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#,
            3, "b.data_offsets", "overlaps"
        ),
        (
            #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}"#,
            3, "b.data_offsets", "belong to no tensor"
        ),
        (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, 3, "'data'", "belong to no tensor"),
        (#"{"__metadata__":{"a":1}}"#, 0, "__metadata__.a", "expected"),
        (#"{"__metadata__":{"a":"1","a":"2"}}"#, 0, "__metadata__.a", "twice"),
        (#"{"a":"#, 0, "header", "expected"),
        (#"{"a"#, 0, "header", "does not end"),
        (#"[]"#, 0, "header", "expected '{' at byte 0"),
        (#"{} {}"#, 0, "header", "after its end"),
        (#"{"\ud800":{}}"#, 0, "header", "an incomplete character"),
    ])
    func `an invalid header is refused with file and field`(header: String, data: Int, field: String, reason: String)
        throws
    {
        let path = try file(header: header, data: data)
        let failure = try #require(refusal(of: path))
        #expect(failure.code == .corrupt)
        for part in [path, field, reason] { #expect(failure.message.contains(part)) }
    }

    @Test func `a header longer than the file or the limit is refused`() throws {
        let size = withUnsafeBytes(of: UInt64(500).littleEndian) { [UInt8]($0) }
        let cut = try #require(refusal(of: try folder.write(size + [0x7B], as: "cut")))
        #expect(cut.message.contains("500 bytes are declared, but only 1 follow"))
        let huge = try #require(refusal(of: try folder.write([UInt8](repeating: 0xFF, count: 16), as: "huge")))
        #expect(huge.message.contains("exceed the maximum"))
        #expect(try #require(refusal(of: try folder.write([], as: "empty"))).message.contains("0 bytes"))
        #expect(try #require(refusal(of: folder.path("missing"))).code == .notFound)
        #expect(try #require(refusal(of: folder.url.path)).message.contains("is not a file"))
    }

    @Test func `any truncation of a valid file is refused`() throws {
        let path = folder.path("whole")
        try SafetensorsFile.write([Tensor("w", shape: [4], [1, 2, 3, 4] as [Float])], to: path)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        for length in 0..<bytes.count {
            #expect(refusal(of: try folder.write(bytes.prefix(length), as: "cut")) != nil)
        }
    }

    @Test func `invalid tensors are not written`() throws {
        #expect(throws: Failure.self) { try Tensor("w", .float32, shape: [2], bytes: [0]) }
        #expect(throws: Failure.self) { try Tensor("w", .uint8, shape: [-1], bytes: []) }
        #expect(throws: Failure.self) { try Tensor("__metadata__", .uint8, shape: [0], bytes: []) }
        let tensor = try Tensor("w", shape: [1], [1] as [Float])
        #expect(throws: Failure.self) { try SafetensorsFile.write([tensor, tensor], to: folder.path("twice")) }
        #expect(throws: Failure.self) { try SafetensorsFile.write([tensor], to: folder.path("no/such/folder")) }
    }

    @Test func `numbers are not read as another type`() throws {
        let path = folder.path("typed")
        try SafetensorsFile.write([Tensor("w", shape: [1], [1] as [Float])], to: path)
        let file = try SafetensorsFile(opening: path)
        #expect(throws: Failure.self) { try file.elements(of: "w") as [Int32] }
        #expect(throws: Failure.self) { try file.elements(of: "x") as [Float] }
    }
}
