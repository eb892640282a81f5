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
    func `words of everyday speech engage functions`(_ stimulus: String, _ functions: [String]) throws {
        #expect(try lexicon.matches(in: stimulus).flatMap(\.functions) == functions)
    }

    @Test(arguments: [
        ("see writen digits", "'writen'", "'written'"), ("hear spoken didgits", "'didgits'", "'digits'"),
        ("see blorptangle", "'blorptangle'", "nearest known words"), ("the of", "names nothing", "stimuli"),
        ("", "names nothing", "stimuli"), ("see \u{1F600} xqzt", "'xqzt'", "gyrus functions --words"),
    ])
    func `an unknown word is refused with the nearest known ones`(
        _ stimulus: String, _ word: String, _ hint: String
    ) {
        let failure = #expect(throws: Failure.self) { try lexicon.matches(in: stimulus) }
        #expect(failure?.code == .invalidArgument)
        #expect(failure?.message.hasPrefix("stimuli: ") == true)
        #expect(failure?.message.contains(word) == true, "\(failure?.message ?? "")")
        #expect(failure?.message.contains(hint) == true, "\(failure?.message ?? "")")
    }

    @Test func `every word of the atlas leads to functions that it has`() {
        let known = Set(Atlas.shipped.functions.map(\.name))
        for word in lexicon.words {
            #expect(lexicon.functions(of: word).map { !$0.isEmpty && known.isSuperset(of: $0) } == true, "\(word)")
        }
        #expect(lexicon.words.count > 500)
    }
}
