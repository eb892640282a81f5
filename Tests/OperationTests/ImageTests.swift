import Foundation
import Glibc
import TestSupport
import Testing

/// The Dockerfile, as far as it can be checked without building it.
@Suite(.timeLimit(.minutes(30))) struct ImageTests {
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

    @Test func `the Dockerfile follows the rules for Dockerfiles`() throws {
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
    func `the image has the libraries of all its programs`() async throws {
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

    /// The packages with all their dependencies that are installed here, and the packages of every Debian.
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

    @Test(
        .enabled(
            if: ProcessInfo.processInfo.environment["GYRUS_TEST_IMAGE"] != nil, "set GYRUS_TEST_IMAGE=1: takes minutes"),
        .enabled(if: Tool("mmdebstrap") != nil && getuid() == 0, "needs mmdebstrap and root"))
    func `the last stage is built in a folder, and a search succeeds in it as the image's user`() async throws {
        let root = try TemporaryDirectory()
        func run(_ words: String...) async throws -> GyrusProgram.Output {
            // This machine's folder for temporary files does not exist in the image.
            let output = try await Tool.run("/usr/bin/env", ["-u", "TMPDIR"] + words)
            try #require(output.status == 0, "\(words): \(output.out.suffix(2_000))\(output.err.suffix(2_000))")
            return output
        }
        let stage = try Self.instructions().split { $0.name == "FROM" }.last ?? []
        // The image starts from Debian's; here, from this machine's package source.
        let sources = try #require(
            ["/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list"].first {
                FileManager.default.fileExists(atPath: $0)
            })
        _ = try await run("mmdebstrap", "--variant=minbase", "bookworm", root.path("image"), sources)
        for file in ["/etc/resolv.conf", "/etc/apt/apt.conf.d", "/etc/apt/auth.conf.d"]
        where FileManager.default.fileExists(atPath: file) {
            _ = try await run("cp", "-rT", file, root.path("image") + file)
        }
        var user = "root"
        for instruction in stage {
            switch instruction.name {
            case "RUN": _ = try await run("chroot", root.path("image"), "/bin/sh", "-c", instruction.text)
            case "COPY" where instruction.text.hasPrefix("--from=build"):
                try await Self.install(into: root.path("image"), run)
            case "COPY":
                let words = instruction.text.split(separator: " ").map(String.init)
                let file = DeliveredFiles.composeFile.deletingLastPathComponent().deletingLastPathComponent()
                    .appending(path: words[0]).path
                _ = try await run("install", "-D", "-m", "644", file, root.path("image") + words[1])
            case "USER": user = instruction.text
            default: break
            }
        }
        #expect(user == "gyrus")
        try Data(Self.search.utf8).write(to: root.file("image/tmp/search"))
        let said = try await run(
            "timeout", "900", "unshare", "--mount", "--pid", "--fork", "--kill-child",
            "--mount-proc=\(root.path("image/proc"))", "chroot", "--userspec=\(user):\(user)", root.path("image"),
            "/bin/sh", "/tmp/search")
        #expect(said.out.contains("succeeded") && said.out.contains("as gyrus"), "\(said.out)\(said.err)")
    }

    /// Puts the programs of this build where the image has its own. Those are linked with Swift's libraries, which
    /// these need next to them.
    private static func install(
        into root: String, _ run: (String...) async throws -> GyrusProgram.Output
    ) async throws {
        let build = try #require(try instructions().first { $0.text.contains("for program in") })
        for program in words(after: "for program in", in: build.text, until: ";") {
            let file = try ChildProcess.executable(program)
            _ = try await run("install", "-s", file.path, "\(root)/usr/local/bin/\(program)")
        }
        let gyrus = try ChildProcess.executable("gyrus").path
        let needed = try await run("ldd", gyrus).out.split(separator: "\n")
        for line in needed {
            guard let path = line.firstMatch(of: /=> (\S*\/swift\/\S*)/)?.output.1 else { continue }
            _ = try await run("install", "-D", String(path), root + String(path))
        }
    }

    /// The services of the image as the Compose file starts them, and a search of a few seconds.
    private static let search = """
        export HOME=/home/gyrus GYRUS_STATE=/var/lib/gyrus OMP_NUM_THREADS=1
        for name in REGISTRY DESIGNER KNOWLEDGE TRAINER EVALUATOR; do
            export GYRUS_$name=ipc:///run/gyrus/$(echo $name | tr A-Z a-z).sock
        done
        cd /tmp
        for command in registry knowledge designer 'trainer serve' 'evaluator serve' 'trainer work' 'evaluator work'; do
            $command >>/tmp/log 2>&1 &
        done
        for name in registry knowledge trainer evaluator designer; do gyrus-health --wait 120 $name || exit 1; done
        cat > s.yaml <<'END'
        \(tinyScenario(trials: 4))
        END
        gyrus publish s.yaml --wait 2>&1 || { cat /tmp/log; exit 1; }
        echo "as $(id -un)"
        """
}
