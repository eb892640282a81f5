import Foundation
import TestSupport
import Testing

@testable import SchemaGenerator

@Suite(.timeLimit(.minutes(1)))
struct SchemaGeneratorTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func generate(_ proto: String) throws -> GeneratedCode {
        let text = "syntax = \"proto3\";\npackage gyrus.wire;\n" + proto
        let protos = directory.file("protos")
        try FileManager.default.createDirectory(at: protos, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: protos.appending(path: "probe.proto"))
        return try ProtobufCompiler(protos: protos, scratch: directory.file("scratch")).compile()
    }

    @Test func `comments, presence and alternatives are carried over`() throws {
        let code = try generate(
            """
            // A thing.
            message Thing {
              // How many at most.
              oneof limit_presence { uint32 limit = 1; }
              // What it is.
              oneof content { string text = 2; double number = 3; }
              repeated Kind kinds = 4;
            }
            // What kind.
            enum Kind { KIND_UNSPECIFIED = 0; KIND_OLD_FASHIONED = 1; }
            """)
        let swift = try #require(code.swift["Wire+Probe.swift"])
        for line in [
            "    /// A thing.\n    public struct Thing: WireMessage {", "public var limit: UInt32? = nil",
            "public var content: Content? = nil", "        /// What it is.\n        public enum Content",
            "case text(String)", "public var kinds: [Wire.Kind] = []",
            "    /// What kind.\n    public enum Kind: WireEnumeration {", "case oldFashioned", "case unknown(Int32)",
        ] {
            #expect(swift.contains(line), "\(line)\nis not in\n\(swift)")
        }
        #expect(code.headers["CSchema.h"]?.contains("#include \"probe.pb-c.h\"") == true)
        #expect(code.c.keys.sorted() == ["probe.pb-c.c"])
    }

    @Test(arguments: [
        ("message A { A a = 1; }", "contains itself through 'a'"),
        ("message A { repeated B b = 1; }\nmessage B { A a = 1; }", "contains itself"),
        ("message A { map<string, string> m = 1; }", "message A declares types inside itself or a map"),
        ("message A { string base = 1; }", "'base'"),
    ])
    func `definitions that a decoder or Swift cannot handle are refused`(proto: String, message: String) throws {
        let error = try #require(throws: GeneratorError.self) { try generate(proto) }
        #expect(error.description.contains(message), "\(error)")
    }

    @Test func `a syntax error stops the generator`() throws {
        #expect(throws: GeneratorError.self) { try generate("message {") }
    }

    @Test func `differences are found, and writing removes them`() throws {
        let code = try generate("message A { string text = 1; }")
        let tree = CodeTree(
            c: directory.file("c"), headers: directory.file("include"), swift: directory.file("swift"))
        #expect(tree.differences(from: code).count == 5)
        try tree.replace(with: code)
        #expect(tree.differences(from: code) == [])
        let file = directory.file("swift").appending(path: "Wire+Probe.swift")
        let text = try String(contentsOf: file, encoding: .utf8)
        try text.replacingOccurrences(of: "text", with: "other").write(to: file, atomically: true, encoding: .utf8)
        _ = try directory.write([], as: "swift/Wire+Old.swift")
        let differences = tree.differences(from: code)
        #expect(differences.count == 2)
        #expect(differences[0].hasSuffix("no longer generated from any .proto file"))
        #expect(differences[1].contains("Wire+Probe.swift differs from line "))
        try tree.replace(with: code)
        #expect(tree.differences(from: code) == [])
    }
}
