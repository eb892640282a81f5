import Foundation
import Model
import TestSupport
import Testing

@testable import Brain

struct AtlasReadingTests {
    static let regions = """
        roi_id\tname\themisphere\tmni_x\tmni_y\tmni_z
        1\tA\tL\t-10\t0\t0
        2\tB\tR\t10\t0\t0

        """
    static let associations = "roi_id\tfunction\tstrength\n1\tperception.vision\t0.5\n2\tperception.vision\t0.8\n"

    @Test func `an atlas with only the required columns can be read`() throws {
        let atlas = try Atlas(AtlasFiles(["roi.tsv": Self.regions, "roi_function.tsv": Self.associations]))
        #expect(atlas.regions.map(\.title) == ["A", "B"])
        #expect(atlas.functions.map(\.name) == ["perception", "perception.vision"])
        #expect(atlas.regions(of: "perception").map(\.strength) == [0.8, 0.5])
        #expect(atlas.coactivationCount == 0 && atlas.sources.isEmpty)
        // Shipped words remain if the atlas has their functions, or coarser ones if finer ones are missing.
        let lexicon = Lexicon(atlas)
        #expect(lexicon.functions(of: "moving") == ["perception.vision"])
        #expect(lexicon.functions(of: "angry") == nil)
        #expect(try Atlas(atlas.files) == atlas)
    }

    @Test(arguments: [
        ("L", Region.Hemisphere.left), ("rh", .right), ("Right", .right), ("M", .both), ("midline", .both),
        ("B", .both),
    ])
    func `halves of the brain are read as atlases write them`(_ word: String, _ half: Region.Hemisphere) throws {
        let regions = Self.regions.replacing("1\tA\tL", with: "1\tA\t\(word)")
        let atlas = try Atlas(AtlasFiles(["roi.tsv": regions, "roi_function.tsv": Self.associations]))
        #expect(atlas.regions[0].hemisphere == half)
        #expect(try Atlas(atlas.files) == atlas)
    }

    @Test func `line endings of other systems do not matter`() throws {
        let files = [Self.regions, Self.associations].map { $0.replacing("\n", with: "\r\n") }
        let atlas = try Atlas(AtlasFiles(["roi.tsv": files[0], "roi_function.tsv": files[1]]))
        #expect(atlas.regions.count == 2 && atlas.associationCount == 2)
    }

    @Test func `strengths follow from what the sources measured`() throws {
        let atlas = try Atlas(
            AtlasFiles([
                "roi.tsv": Self.regions,
                "roi_function_brainmap.tsv":
                    "roi_id\tfunction\tforward_likelihood_ratio\treverse_probability\n1\ta\t4\t\n2\ta\t\t0.1\n",
                "roi_function_term.tsv":
                    "roi_id\tfunction\tz\tlog_odds\n1\ta\t3.29\t2\n2\ta\t1.5\t3\n2\tb\t16.45\t1\n",
                "coactivation_phi.tsv": "roi\tA\tB\nA\t1\t0.25\nB\t0.25\t1\n",
            ]))
        #expect(atlas.associations["a"] == [0: 0.75])
        #expect(atlas.associations["b"] == [1: 0.593])
        #expect(atlas.partners == [[1: 0.25], [0: 0.25]])
    }

    @Test(arguments: [
        ("roi.tsv", "1\tA\tL", "1\tA\tX", "roi.tsv:2: column 'hemisphere': 'X'"),
        ("roi.tsv", "\t10\t0\t0", "\tten\t0\t0", "roi.tsv:3: column 'mni_x': 'ten' is not a number"),
        ("roi.tsv", "\t10\t0\t0", "\tnan\t0\t0", "roi.tsv:3: column 'mni_x': 'nan' is not a number"),
        ("roi.tsv", "\t10\t0\t0", "\t1000\t0\t0", "roi.tsv:3: column 'mni_x': 1000 is not from -150"),
        ("roi.tsv", "\t10\t0\t0", "\t\t0\t0", "roi.tsv:3: column 'mni_x': expected a number"),
        ("roi.tsv", "\t10\t0\t0", "\t10\t0", "roi.tsv:3: the line has 5 columns, but there are 6 titles"),
        ("roi.tsv", "2\tB", "1\tB", "roi.tsv:3: column 'roi_id': region 1 is listed twice"),
        ("roi.tsv", "2\tB", "2\tA", "roi.tsv:3: column 'name': region 'A' is listed twice"),
        ("roi.tsv", "2\tB", "2.5\tB", "roi.tsv:3: column 'roi_id': expected a whole number"),
        ("roi.tsv", "mni_x", "mni_w", "roi.tsv:1: column 'mni_x' is missing. Did you mean 'mni_"),
        ("roi_function.tsv", "\t0.8", "\t1.8", "roi_function.tsv:3: column 'strength': 1.8 is not from 0.0 to 1.0"),
        ("roi_function.tsv", "2\tper", "3\tper", "roi_function.tsv:3: column 'roi_id': there is no region '3'"),
        ("roi_function.tsv", "1\tperception.", "1\tPerception.", "roi_function.tsv:2: column 'function'"),
        ("roi_function.tsv", "\tstrength", "\tstrong", "roi_function.tsv:1: no column gives the strength"),
    ])
    func `errors give file, line and column`(
        _ file: String, _ old: String, _ new: String, _ message: String
    ) throws {
        var files = AtlasFiles(["roi.tsv": Self.regions, "roi_function.tsv": Self.associations])
        let text = try #require(files.texts[file])
        files.texts[file] = text.replacing(old, with: new, maxReplacements: 1)
        #expect(files.texts[file] != text)
        let failure = #expect(throws: Failure.self) { try Atlas(files) }
        #expect(failure?.message.hasPrefix(message) == true, "\(failure?.message ?? "")")
    }

    @Test func `a folder is read and written, and files that do not belong to an atlas are ignored`() throws {
        let directory = try TemporaryDirectory()
        try Atlas.shipped.files.write(to: directory.url)
        _ = try directory.write(Array("hello".utf8), as: "notes.txt")
        let files = try AtlasFiles(folder: directory.url)
        #expect(files.ignored == ["notes.txt"])
        #expect(try Atlas(files) == .shipped)
        let missing = #expect(throws: Failure.self) { try AtlasFiles(folder: directory.file("none")) }
        #expect(missing?.message.contains("roi.tsv") == true)
    }

    @Test func `changes between atlases are counted and named`() throws {
        let files = AtlasFiles(["roi.tsv": Self.regions, "roi_function.tsv": Self.associations])
        var other = files
        other.texts["roi.tsv"] = Self.regions.replacing("2\tB\tR\t10", with: "2\tB\tR\t11") + "3\tC\tR\t0\t0\t0\n"
        other.texts["roi_function.tsv"] = Self.associations.replacing("2\tperception.vision\t0.8\n", with: "")
        let changes = try Atlas(other).changes(from: Atlas(files))
        let regions = try #require(changes.first { $0.what == "regions" })
        #expect(regions.added == ["C"] && regions.changed == ["B"] && regions.removed.isEmpty && regions.count == 3)
        let associations = try #require(changes.first { $0.what == "associations" })
        #expect(associations.removed == ["B perception.vision"])
    }
}
