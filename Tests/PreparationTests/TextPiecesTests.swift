import Testing

@testable import Preparation

@Suite struct TextPiecesTests {
    @Test(arguments: [
        ("the  cat\nsat", ["the", "cat", "sat"]), ("月黑 good 夜", ["月", "黑", "good", "夜"]),
        ("カタと漢字です", ["カ", "タ", "と", "漢", "字", "で", "す"]), ("안녕 하세요", ["안녕", "하세요"]), (" \r\n", []),
        (String(repeating: "ก", count: 30), [String(repeating: "ก", count: 24), String(repeating: "ก", count: 6)]),
    ])
    func `a text is cut at spaces, or at each character in scripts without spaces`(text: String, pieces: [String]) {
        let found = TextPieces(text)
        #expect(found.ranges.map { String(text[$0]) } == pieces)
    }

    @Test func `a text without a piece keeps the rest unchanged`() {
        let pieces = TextPieces("one two  three四")
        #expect(pieces.ranges.map(pieces.without) == ["two  three四", "one three四", "one two  四", "one two  three"])
    }
}
