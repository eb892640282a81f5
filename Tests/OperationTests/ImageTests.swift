import Foundation
import TestSupport
import Testing

/// The image's file, as far as it can be checked without an engine that builds it.
@Suite(.timeLimit(.minutes(5))) struct ImageTests {
    /// An instruction with its words.
    private struct Instruction {
        let name: String
        let text: String
    }

    private static func instructions() throws -> [Instruction] {
        let file = DeliveredFiles.composeFile.deletingLastPathComponent().appending(path: "Dockerfile")
        let text = try String(contentsOf: file, encoding: .utf8).replacing("\\\n", with: " ")
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            let parts = line.split(separator: " ", maxSplits: 1)
            return Instruction(name: String(parts[0]), text: parts.count > 1 ? String(parts[1]) : "")
        }
    }

    private static func words(after start: Substring, in text: String, until end: Character) -> [String] {
        guard let range = text.firstRange(of: start) else { return [] }
        return text[range.upperBound...].prefix { $0 != end }.split(separator: " ").map(String.init)
            .filter { !$0.hasPrefix("-") }
    }

    /// Packages that the last stage installs.
    private static func packages() throws -> [String] {
        let last = try #require(try instructions().last { $0.text.contains("apt-get install") })
        return words(after: "apt-get install", in: last.text, until: "&")
    }

    @Test func `the file keeps the rules of such files`() throws {
        let instructions = try Self.instructions()
        let bases = instructions.filter { $0.name == "FROM" }
        #expect(bases.count == 2)
        for base in bases { #expect(base.text.contains(":") && !base.text.contains(":latest"), "\(base.text)") }
        #expect(!instructions.contains { $0.name == "ADD" || $0.name == "MAINTAINER" || $0.text.contains("sudo") })
        for run in instructions where run.text.contains("apt-get install") {
            for part in ["apt-get update", "--yes", "--no-install-recommends", "rm -rf /var/lib/apt/lists"] {
                #expect(run.text.contains(part), "\(part) is missing in: \(run.text)")
            }
        }
        let stage = instructions[try #require(instructions.lastIndex { $0.name == "FROM" })...]
        let users = stage.filter { $0.name == "USER" }.map(\.text)
        #expect(users.last == "gyrus" && stage.filter { $0.name == "CMD" }.count == 1)
        // What is copied exists.
        let root = DeliveredFiles.composeFile.deletingLastPathComponent().deletingLastPathComponent()
        for copy in instructions where copy.name == "COPY" && !copy.text.hasPrefix("--from") {
            for source in copy.text.split(separator: " ").dropLast() {
                #expect(FileManager.default.fileExists(atPath: root.appending(path: source).path), "\(source)")
            }
        }
    }

    @Test(.enabled(if: Tool("readelf") != nil && Tool("dpkg-query") != nil, "needs readelf and dpkg-query"))
    func `the image has the library of every program that it has`() async throws {
        let build = try #require(try Self.instructions().first { $0.text.contains("for program in") })
        let programs = Self.words(after: "for program in", in: build.text, until: ";")
        #expect(programs.contains("registry") && programs.contains("gyrus"))
        var needed: [String: Set<String>] = [:]
        for program in programs {
            guard let file = try? ChildProcess.executable(program) else { continue }
            let dynamic = try await Tool.run(Tool.required("readelf"), ["--dynamic", "--wide", file.path])
            for match in dynamic.out.matches(of: /\(NEEDED\).*\[(.*)\]/) {
                needed[String(match.output.1), default: []].insert(program)
            }
        }
        // The image links Swift's own libraries into the programs.
        needed = needed.filter { !$0.key.contains(/^lib_?(swift|Foundation|dispatch|BlocksRuntime)/) }
        let there = try await Self.closure(of: try Self.packages())
        for (library, programs) in needed.sorted(by: { $0.key < $1.key }) {
            let owner = try await Tool.run(Tool.required("dpkg-query"), ["--search", "*/\(library)"])
            let owners = owner.out.split(separator: "\n").compactMap { $0.split(separator: ":").first.map(String.init) }
            guard !owners.isEmpty else { continue }
            #expect(!there.isDisjoint(with: owners), "\(library) of \(owners) is needed by \(programs.sorted())")
        }
    }

    /// The packages with all that they depend on and that is installed here, and what every Debian has.
    private static func closure(of packages: [String]) async throws -> Set<String> {
        let query = try Tool.required("dpkg-query")
        var all: Set<String> = ["libc6", "libgcc-s1", "libstdc++6"]
        var next = Set(packages)
        while !next.isEmpty {
            all.formUnion(next)
            let depends = try await Tool.run(
                query, ["--show", "--showformat=${Depends}, ${Pre-Depends}\n"] + next.sorted())
            let names = depends.out.split { ",|\n".contains($0) }.compactMap {
                $0.split { " (:".contains($0) }.first.map(String.init)
            }
            next = Set(names).subtracting(all)
        }
        return all
    }
}
