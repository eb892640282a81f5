import ArgumentParser
import Foundation

/// Writes the C and Swift code of the wire format from the `.proto` files, or checks that the committed code is
/// current.
@main
struct SchemaGenerator: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes the code of the wire format from Shared/Schema/Protos.",
        discussion: "Needs protoc-c (Debian: protobuf-c-compiler).")

    @Flag(help: "Change nothing; fail if the committed code differs from what would be written.")
    var check = false

    @Option(help: "Folder of the package.")
    var package = "."

    func run() throws {
        let schema = URL(filePath: package).appending(path: "Shared/Schema")
        let committed = CodeTree(
            c: schema.appending(path: "C"), headers: schema.appending(path: "C/include"),
            swift: schema.appending(path: "Swift/Generated"))
        let scratch = FileManager.default.temporaryDirectory.appending(path: "schema-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: scratch) }

        let generated = try ProtobufCompiler(protos: schema.appending(path: "Protos"), scratch: scratch).compile()
        guard check else { return try committed.replace(with: generated) }
        let differences = committed.differences(from: generated)
        guard differences.isEmpty else {
            throw GeneratorError(
                "The generated code is not current:\n  " + differences.joined(separator: "\n  ")
                    + "\nRun 'swift run SchemaGenerator' and commit the changes.")
        }
    }
}

/// The reason why no code could be written.
struct GeneratorError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
