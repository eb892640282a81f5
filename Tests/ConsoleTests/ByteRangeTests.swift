import Testing

@testable import ConsoleServer

@Suite struct ByteRangeTests {
    @Test(
        arguments: [
            (nil, ByteRange.whole), ("bytes=0-", .part(0..<1000)), ("bytes=0-0", .part(0..<1)),
            ("bytes=200-299", .part(200..<300)), ("bytes=999-", .part(999..<1000)),
            ("bytes=900-5000", .part(900..<1000)),
            ("bytes=-1", .part(999..<1000)), ("bytes=-5000", .part(0..<1000)), ("bytes=1000-", .unsatisfiable),
            ("bytes=-0", .unsatisfiable), ("bytes=99999999999999999999-", .unsatisfiable), ("bytes=5-2", .whole),
            ("bytes=a-b", .whole), ("bytes=-", .whole), ("bytes=0-1,5-6", .whole), ("items=0-1", .whole),
            ("bytes=+1-2", .whole),
        ] as [(String?, ByteRange)])
    func `a range is read as browsers mean it`(_ field: String?, _ expected: ByteRange) {
        #expect(ByteRange(field, size: 1000) == expected)
    }

    @Test func `an empty file has no parts`() {
        #expect(ByteRange(nil, size: 0) == .whole)
        #expect(ByteRange("bytes=0-", size: 0) == .unsatisfiable)
        #expect(ByteRange("bytes=-1", size: 0) == .unsatisfiable)
    }
}
