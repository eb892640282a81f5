import Model
import Testing

@testable import Brain

struct LexiconTests {
    private let lexicon = Lexicon(.shipped)

    @Test(arguments: [
        ("see written digits", ["perception.vision", "cognition.language.orthography", "cognition.calculation"]),
        ("hear spoken digits", ["perception.audition", "cognition.language.speech", "cognition.calculation"]),
        (
            "follow people in a video",
            ["perception.vision.motion", "perception.vision.body", "perception.vision", "perception.vision.motion"]
        ),
        ("Recognise the FACIAL expression!", ["perception.vision.object", "perception.vision.face", "emotion"]),
        ("listen to 3 songs", ["perception.audition", "cognition.music"]),
        ("optic flow", ["perception.vision.motion"]),
        ("photos of cats and dogs", ["perception.vision", "perception.vision.object", "perception.vision.object"]),
        ("the sentiment of e-mails", ["emotion", "cognition.language"]),
    ])
    func `words of everyday speech engage functions`(_ stimulus: String, _ functions: [String]) {
        #expect(lexicon.matches(in: stimulus).matches.flatMap(\.functions) == functions)
    }

    @Test(arguments: [
        ("see writen digits", ["writen"], "written"), ("hear spoken didgits", ["didgits"], "digits"),
        ("see blorptangle", ["blorptangle"], nil), ("the of", [], nil), ("", [], nil),
    ])
    func `an unknown word engages nothing and gets the nearest known words`(
        _ stimulus: String, _ unknown: [String], _ nearest: String?
    ) throws {
        #expect(lexicon.matches(in: stimulus).unknown == unknown)
        for word in unknown { #expect(!lexicon.nearest(to: word).isEmpty) }
        if let nearest { #expect(lexicon.nearest(to: unknown[0]).contains(nearest)) }
    }

    @Test func `a scenario of a new field is resolved by its kinds of data, and unknown words are reported`() throws {
        let resolver = Resolver(AreaMap(computedFrom: .shipped), digest: AtlasFiles.shipped.digest)
        let modalities = ["photo": "perception.vision", "facts": ""]
        let explanation = try resolver.explain(.init(stimuli: ["blorptangle zyx"], modalities: modalities))
        #expect(explanation.functions == ["perception.vision"])
        #expect(explanation.unknownWords?.map(\.word) == ["blorptangle", "zyx"])
        #expect(explanation.areas.first { $0.path == "vision" }?.isActivated == true)
        #expect(Set(explanation.fusionOrder) == ["photo", "facts"])
        // The known words of a stimulus count.
        let half = try resolver.explain(.init(stimuli: ["hear zyx songs"], modalities: modalities))
        #expect(half.functions.contains("cognition.music") && half.unknownWords?.count == 1)
        // A table alone engages nothing, which is not an error.
        #expect(try resolver.explain(.init(modalities: ["facts": ""])).functions.isEmpty)
        let failure = #expect(throws: Failure.self) { try resolver.explain(.init(stimuli: ["blorptangle"])) }
        #expect(failure?.message.contains("'blorptangle'") == true)
    }

    @Test func `every word of the atlas leads to functions that it has`() {
        let known = Set(Atlas.shipped.functions.map(\.name))
        for word in lexicon.words {
            #expect(lexicon.functions(of: word).map { !$0.isEmpty && known.isSuperset(of: $0) } == true, "\(word)")
        }
        #expect(lexicon.words.count > 500)
    }
}
