import Foundation
import Model
import TestSupport
import Testing
import Tokenization

/// Texts in many scripts, cut as the tokenizers library cuts them with the same files.
@Suite struct TokenizerTests {
    private static let cases = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Cases")

    private struct Expected: Decodable {
        struct Case: Decodable {
            let text: String
            let tokens: [Int32]
            let cut: [Int32]
        }

        let length: Int
        let cases: [Case]
    }

    @Test(
        arguments: [
            "word-piece", "word-piece-cased", "byte-pairs", "byte-pairs-prefixed", "byte-fallback", "unigram",
            "unigram-bytes", "words",
        ])
    func `texts give the same tokens as with the tokenizers library`(name: String) throws {
        let tokenizer = try TextTokenizer(json: Array(try Data(contentsOf: Self.cases.appending(path: "\(name).json"))))
        let expected = try JSONDecoder().decode(
            Expected.self, from: try Data(contentsOf: Self.cases.appending(path: "\(name).cases.json")))
        #expect(expected.cases.count > 40)
        for each in expected.cases {
            #expect(tokenizer.tokens(of: each.text) == each.tokens, "\(each.text.debugDescription)")
            #expect(tokenizer.tokens(of: each.text, atMost: expected.length) == each.cut)
            #expect(each.tokens.allSatisfy { $0 < tokenizer.vocabulary })
        }
    }

    @Test func `a list of word pieces is read like BERT reads it`() throws {
        let file = try Data(contentsOf: Self.cases.appending(path: "word-piece.json"))
        let known = try #require(
            try (JSONSerialization.jsonObject(with: file) as? [String: Any]).flatMap {
                ($0["model"] as? [String: Any])?["vocab"] as? [String: Int]
            })
        let list = known.sorted { $0.value < $1.value }.map(\.key).joined(separator: "\n") + "\n"
        let made = try TextTokenizer.file(vocabulary: Array(list.utf8), isLowercase: true)
        let (one, other) = (try TextTokenizer(json: made), try TextTokenizer(json: Array(file)))
        for text in ["I'm still waiting on my card?", "déjà vu [SEP] 酒店", "👍"] {
            #expect(one.tokens(of: text) == other.tokens(of: text))
        }
    }

    @Test(
        arguments: [
            ("{}", "it has no 'model'"), ("[1, 2", "not valid JSON"), ("nothing", "not valid JSON"),
            (String(repeating: "[", count: 100), "nested deeper than 32"),
            (#"{"model": {"type": "WordPiece", "vocab": {"a": -1}}}"#, "no valid number"),
            (#"{"model": {"type": "WordPiece", "vocab": {"a": 1e99}}}"#, "no valid number"),
            (#"{"model": {"type": "WordPiece", "unk_token": "?", "vocab": {"a": 1}}}"#, "unk_token"),
            (#"{"model": {"type": "WordLevel", "vocab": {"a": 2000000000}}}"#, "the maximum is 2000000"),
            (#"{"model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": ["a b"]}}"#, "merge 0"),
            (#"{"model": {"type": "Unigram", "vocab": [["a", 0]], "unk_id": 7}}"#, "unk_id is 7"),
            (#"{"model": {"type": "Unigram", "vocab": [["a"]]}}"#, "entry 0"),
            (#"{"model": {"type": "Magic"}}"#, "'Magic' is not supported"),
            (
                #"{"model": {"type": "WordLevel", "vocab": {"a": 1}}, "normalizer": {"type": "Precompiled", "precompiled_charsmap": "//8="}}"#,
                "precompiled_charsmap"
            ),
            (
                #"{"model": {"type": "WordLevel", "vocab": {"a": 1}}, "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "(a+)+"}}}"#,
                "pattern that is not supported"
            ),
        ])
    func `a file that is not a tokenizer is refused with the reason`(json: String, reason: String) {
        let failure = #expect(throws: Failure.self) { _ = try TextTokenizer(json: Array(json.utf8)) }
        #expect(failure?.code == .invalidArgument)
        #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "")")
    }

    @Test func `a huge file is refused with the limit before it is read`() {
        let bytes = [UInt8](repeating: 0x20, count: TextTokenizer.largestFile + 1)
        let failure = #expect(throws: Failure.self) { _ = try TextTokenizer(json: bytes) }
        #expect(failure?.message.contains("the maximum is 32 MiB") == true, "\(failure?.message ?? "")")
    }

    @Test func `a damaged character map does not crash`() throws {
        let file = try Data(contentsOf: Self.cases.appending(path: "unigram.json"))
        var json = try #require(try JSONSerialization.jsonObject(with: file) as? [String: Any])
        var generator = SystemRandomNumberGenerator()
        for size in [4, 64, 1_024] {
            var map = [UInt8](repeating: 0, count: 4 + size + 8)
            for place in map.indices.dropFirst(4) { map[place] = UInt8.random(in: 0...255, using: &generator) }
            for place in 0..<4 { map[place] = UInt8(size >> (8 * place) & 255) }
            json["normalizer"] = ["type": "Precompiled", "precompiled_charsmap": Data(map).base64EncodedString()]
            let tokenizer = try TextTokenizer(json: Array(try JSONSerialization.data(withJSONObject: json)))
            #expect(tokenizer.tokens(of: "Ａ ﬁ some text 酒店 👍").count >= 2)
        }
    }

    @Test func `a long word without a space does not take long`() throws {
        let file = try Data(contentsOf: Self.cases.appending(path: "byte-pairs.json"))
        let tokenizer = try TextTokenizer(json: Array(file))
        let text = String(repeating: "waitingcard", count: 20_000)
        let (all, cut) = (tokenizer.tokens(of: text), tokenizer.tokens(of: text, atMost: 64))
        #expect(all.count > 20_000)
        #expect(cut == all.prefix(63) + all.suffix(1))
    }
}
