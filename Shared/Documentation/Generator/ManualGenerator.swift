import ArgumentParser
import Foundation
import HelperProcesses
import Manual
import Model

/// Writes the manual pages that are generated from code, or checks that the committed ones are current.
@main
struct ManualGenerator: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the generated pages of Shared/Documentation.",
        discussion: "Gets the commands from the executables next to it, so build all of them first.")

    @Flag(help: "Change nothing; fail if a committed page differs from the generated one.")
    var check = false

    @Option(help: "Folder of the Swift package.")
    var package = "."

    /// The executables whose commands the reference describes.
    private static let programs = [
        "gyrus", "console", "registry", "designer", "knowledge", "trainer", "trainer-worker", "evaluator",
        "evaluator-worker", "server",
    ]

    func run() throws {
        let folder = URL(filePath: package).appending(path: "Shared/Documentation")
        let pages = [
            "scenario-reference.md": Self.notice + ScenarioReference.markdown,
            "scenario.schema.json": ScenarioSchema.json,
            "command-reference.md": Self.notice
                + CommandReference.markdown(try Self.programs.map { try CommandDescription(of: $0) }),
        ]
        var stale: [String] = []
        for (name, text) in pages.sorted(by: { $0.key < $1.key }) {
            let file = folder.appending(path: name)
            guard (try? String(contentsOf: file, encoding: .utf8)) != text else { continue }
            stale.append(name)
            if !check { try text.write(to: file, atomically: true, encoding: .utf8) }
        }
        guard check else { return print(stale.isEmpty ? "nothing changed" : "wrote \(stale.joined(separator: ", "))") }
        guard stale.isEmpty else {
            throw Failure(
                .conflict,
                "Out of date in Shared/Documentation: \(stale.joined(separator: ", ")). Build everything, run "
                    + "'.build/debug/ManualGenerator' and commit the changes.")
        }
    }

    private static let notice = "<!-- Written by ManualGenerator; edit the code that it describes instead. -->\n\n"
}
