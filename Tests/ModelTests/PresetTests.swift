import Model
import Testing

@Suite struct `Presets` {
    @Test func `names are unique`() {
        #expect(Set(Preset.all.map(\.name)).count == Preset.all.count)
    }

    @Test(arguments: Preset.all) func `a substitute is generated, and has the same kind, shape and classes`(
        _ preset: Preset
    ) throws {
        guard let substitute = preset.substitute else {
            #expect(throws: Failure.self) { try preset.generated }
            return
        }
        let other = try Preset.named(substitute, field: "dataset")
        #expect(other.isGenerated && other.folders.isEmpty && other.content == preset.content)
        #expect(other.classes == preset.classes)
    }

    @Test func `only noise is no input of networks`() {
        #expect(Preset.all.allSatisfy { ($0.input(side: nil) == nil) == ($0.content == .noise) })
    }

    @Test func `a preset is looked for in each of its folders, other data in one of its name`() throws {
        let locator = DataLocator(folder: "/no", environment: [:], currentFolder: "/no/such")
        let preset = try #require(throws: Failure.self) { try locator.folder(of: Preset.example(.image)) }
        #expect(preset.message.contains("/no/avmnist/mnist, /no/mnist,"))
        let other = try #require(throws: Failure.self) { try locator.folder(of: "own") }
        #expect(other.message.contains("in /no/own,"))
    }
}
