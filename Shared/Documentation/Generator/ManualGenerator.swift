import ArgumentParser
import Foundation
import HelperProcesses
import Manual
import Model

/// Writes the pages of the manual that follow from the code, or checks that what is committed is current.
@main
struct ManualGenerator: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes the generated pages of Shared/Documentation.",
        discussion: "Asks the executables beside it for their commands, so build all of them first.")

    @Flag(help: "Change nothing; fail if a committed page differs from what would be written.")
    var check = false

    @Option(help: "Folder of the package.")
    var package = "."

    /// The executables whose commands people use.
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
                "Not current in Shared/Documentation: \(stale.joined(separator: ", ")). Build all, run "
                    + "'.build/debug/ManualGenerator' and commit what changed.")
        }
    }

    private static let notice = "<!-- Written by ManualGenerator; edit the code that it describes instead. -->\n\n"
}
