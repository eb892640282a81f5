import ArgumentParser
import Foundation
import Launcher
import Manual
import Model
import Networks
import TestSupport
import Testing

@testable import gyrus

@Suite struct `The manual` {
    private static let root = DeliveredFiles.scenarios.deletingLastPathComponent().deletingLastPathComponent()
    private static let folder = root.appending(path: "Shared/Documentation")

    /// All texts, each with the folder that its links are relative to.
    private static var texts: [(name: String, folder: URL, document: Markdown)] {
        get throws {
            let pages = Manual.pages.map { ("\($0.name).md", folder, $0.document) }
            let files = ["README.md", ".github/CONTRIBUTING.md", ".github/CHANGELOG.md", ".github/SECURITY.md"]
            return try pages
                + files.map { name in
                    let file = root.appending(path: name)
                    return (
                        name, file.deletingLastPathComponent(), Markdown(try String(contentsOf: file, encoding: .utf8))
                    )
                }
        }
    }

    @Test func `every page of the folder is included and has a title`() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
            .filter { $0.hasSuffix(".md") }.map { String($0.dropLast(3)) }
        #expect(Set(files) == Set(Manual.pages.map(\.name)))
        #expect(Set(Manual.pages.map(\.title)).count == Manual.pages.count)
    }

    @Test func `every link leads to an existing file and heading`() throws {
        for (name, folder, document) in try Self.texts {
            for link in document.links where !link.contains("://") {
                let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                let file = parts[0].isEmpty ? nil : folder.appending(path: parts[0])
                if let file { #expect(FileManager.default.fileExists(atPath: file.path), "\(name): \(link)") }
                guard parts.count > 1 else { continue }
                let target = try file.map { Markdown(try String(contentsOf: $0, encoding: .utf8)) } ?? document
                #expect(target.anchors.contains(parts[1]), "\(name): \(link)")
            }
        }
    }

    @Test func `the page about networks names every structure family`() throws {
        let page = try #require(Manual.page("own-networks"))
        let text = page.document.text()
        for family in StructureFamily.all { #expect(text.contains(family.name), "\(family.name)") }
    }

    @Test func `the front page is short`() throws {
        let text = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 151)
    }

    @Test func `every YAML example is valid`() throws {
        var count = 0
        for (name, _, document) in try Self.texts {
            for case .code(let code, "yaml") in document.blocks {
                count += 1
                #expect(throws: Never.self, "\(name):\n\(code)") { try Self.read(code) }
            }
        }
        #expect(count > 10)
    }

    @Test func `every example in YAML in a comment of the scenario's code is read`() throws {
        let folder = Self.root.appending(path: "Shared/Model")
        let names = try #require(FileManager.default.enumerator(atPath: folder.path)).compactMap { $0 as? String }
        var count = 0
        for name in names.sorted() where name.hasSuffix(".swift") {
            let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            let comments = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
                line.wholeMatch(of: /\s*\/\/\/ ?(.*)/).map { String($0.1) } ?? ""
            }
            for case .code(let code, "yaml") in Markdown(comments.joined(separator: "\n")).blocks {
                count += 1
                let isOfSearch = code.hasPrefix("layers:")
                #expect(throws: Never.self, "\(name):\n\(code)") {
                    try Self.read(isOfSearch ? "search:\n  " + code : code)
                }
            }
        }
        #expect(count > 5)
    }

    /// Reads a scenario, a part of one, a Compose file, a structure, or the contract of a pretrained model.
    private static func read(_ code: String) throws {
        if code.hasPrefix("name:") {
            _ = try StructureTemplate(json: ScenarioFile.structure(code, file: "structure.yaml"))
            return
        }
        if code.hasPrefix("picture:") || ["picture", "sound", "text"].contains(where: { code.contains("\n\($0):\n") }) {
            _ = try InputContract(yaml: code, file: "contract.yaml") { Data($0.utf8) }
            return
        }
        if code.contains("services:") {
            _ = try ComposeFile(path: "compose.yaml", text: code).project(variables: [:])
            return
        }
        var text = code
        if !code.contains("scenario:") { text += "\nscenario: example" }
        if try ScenarioFile.dataSettings(text) != nil { return }
        if !code.contains("modalities:") {
            text += "\nmodalities: {image: {dataset: mnist}, audio: {dataset: fsdd, noise: esc10}}"
        }
        _ = try ScenarioFile(text)
    }

    @Test func `every command in the examples is valid`() throws {
        var count = 0
        for (name, _, document) in try Self.texts {
            for case .code(let code, "") in document.blocks {
                for words in Self.commands(in: code) {
                    count += 1
                    #expect(throws: Never.self, "\(name): gyrus \(words.joined(separator: " "))") {
                        _ = try Gyrus.parseAsRoot(Gyrus.longForm(words))
                    }
                }
            }
        }
        #expect(count > 50)
    }

    @Test func `every command in the help is one that gyrus takes`() throws {
        var count = 0
        func check(_ command: CommandDescription) {
            for case .example(let lines) in command.blocks {
                for words in Self.commands(in: lines.joined(separator: "\n")) {
                    count += 1
                    #expect(throws: Never.self, "\(command.commandName): gyrus \(words.joined(separator: " "))") {
                        _ = try Gyrus.parseAsRoot(Gyrus.longForm(words))
                    }
                }
            }
            command.subcommands?.forEach(check)
        }
        check(try CommandDescription(dump: Data(Gyrus._dumpHelp().utf8)))
        #expect(count > 50)
    }

    /// The words after `gyrus` in lines that begin with it, up to a comment, a pipe or two spaces.
    private static func commands(in code: String) -> [[String]] {
        let lines = code.replacing(/[ ]*\\\n +/, with: " ").split(separator: "\n")
        return lines.filter { $0.hasPrefix("gyrus ") && !$0.contains("…") }.map { line in
            var words: [String] = []
            var (word, quote): (String?, Character?) = (nil, nil)
            for (character, next) in zip(line, line.dropFirst() + " ") {
                if let open = quote {
                    if character == open { quote = nil } else { word = (word ?? "") + String(character) }
                } else if "#>&|".contains(character) || (character == " " && next == " ") {
                    break
                } else if "'\"".contains(character) {
                    (quote, word) = (character, word ?? "")
                } else if character == " " {
                    if let word { words.append(word) }
                    word = nil
                } else {
                    word = (word ?? "") + String(character)
                }
            }
            if let word { words.append(word) }
            return Array(words.dropFirst())
        }
    }
}

@Suite struct `The reference of scenarios` {
    @Test func `its example is a scenario`() throws {
        let scenario = try ScenarioFile(ScenarioReference.example).scenario
        #expect(scenario.search.halving != nil && scenario.limits.latency == 5)
    }

    @Test func `it has every field, in every form`() {
        func count(_ form: ScenarioField.Form) -> Int {
            switch form {
            case .group(let fields): fields.reduce(0) { $0 + 1 + count($1.form) }
            case .variants(let variants): variants.reduce(0) { $0 + count(.group($1.fields)) }
            case .named(let form): count(form)
            case .either(let first, let second): count(first) + count(second)
            default: 0
            }
        }
        let fields = count(.group(ScenarioField.top))
        #expect(ScenarioReference.groups.reduce(0) { $0 + $1.fields.count } == fields)
        let rows = Markdown(ScenarioReference.markdown).blocks.reduce(0) { sum, block in
            if case .table(_, let rows) = block { sum + rows.count } else { sum }
        }
        #expect(rows == fields)
        let text = ScenarioReference.text()
        #expect(
            text.split(separator: "\n").allSatisfy {
                $0.count <= 78 || $0.contains("objective:") || $0.hasPrefix("    ")
            })
    }
}

@Suite struct `Help` {
    @Test(arguments: [
        (["scenario"], "evolution"), (["concepts"], "Genome"), (["models", "show"], "USAGE: gyrus models show"),
        ([], "SUBCOMMANDS"), (["scenario", "--format", "json-schema"], "\"$schema\""),
    ])
    func `topics and commands are explained`(words: [String], expected: String) async throws {
        let output = try await GyrusProgram().run(["help"] + words)
        #expect(output.status == 0 && output.out.contains(expected), "\(output.out.prefix(500))\(output.err)")
    }

    @Test(arguments: [
        (["nothing"], "unknown command 'nothing' of 'gyrus'."), (["models", "shw"], "Did you mean 'show'?"),
        (["concept"], "Did you mean 'concepts'?"), (["models", "--format", "markdown"], "leave it out"),
    ])
    func `an unknown topic is reported`(words: [String], expected: String) async throws {
        let output = try await GyrusProgram().run(["help"] + words)
        #expect(output.status == 2 && output.err.contains(expected), "\(output.err)")
    }
}
