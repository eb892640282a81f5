import Foundation
import Model
import TestSupport
import Testing

@Suite struct `Fields of a scenario` {
    /// A field with its full name; fields of a modality or a network are under the name `audio`.
    struct Entry: CustomTestStringConvertible, Sendable {
        let path: [String]
        let form: ScenarioField.Form
        /// Whether it is about a user's own data.
        let isOwn: Bool

        var testDescription: String { path.joined(separator: ".") }

        static func all(
            _ fields: [ScenarioField] = ScenarioField.top, below path: [String] = [], isOwn: Bool = false
        ) -> [Entry] {
            fields.flatMap { field in
                all(of: field.form, at: path + [field.name], isOwn: isOwn || field.name == "target")
            }
        }

        private static func all(of form: ScenarioField.Form, at path: [String], isOwn: Bool) -> [Entry] {
            switch form {
            case .named(let form): all(of: form, at: path + ["audio"], isOwn: isOwn)
            case .variants(let variants):
                variants.flatMap { variant in
                    all(of: .group(variant.fields), at: path, isOwn: variant.title == "your own data")
                }
            default: [Entry(path: path, form: form, isOwn: isOwn)] + all(form.fields, below: path, isOwn: isOwn)
            }
        }
    }

    /// The message about a scenario that has a value at a position, and everything else that is required.
    private static func refusal(_ entry: Entry, _ below: [String], _ value: String) -> String {
        let path = entry.path + below
        if entry.isOwn { return refusalOfOwnData(path, value) }
        var (group, more) = ([path[0]: nested(path.dropFirst(), value)], "")
        if path[0] != "modalities" { group["modalities"] = "{audio: {dataset: fsdd}, image: {dataset: mnist}}" }
        if path[0] == "fusion", path[1] != "networks" {
            group["fusion"] = "{networks: {audio: LeNet3, image: LeNet3}, \(group["fusion"]?.dropFirst() ?? "")"
        }
        if path == ["final", "pretraining"] { group["training"] = "{learning: autoencoder}" }
        for (key, value) in group.sorted(by: { $0.key < $1.key }) { more += "\(key): \(value)\n" }
        do {
            _ = try ScenarioFile("scenario: fields\n\(more)", file: "f")
            return ""
        } catch {
            return (error as? Failure)?.message ?? "\(error)"
        }
    }

    private static func refusalOfOwnData(_ path: [String], _ value: String) -> String {
        let data = path[0] == "data" ? nested(path.dropFirst(), value) : "{}"
        let group = path[0] == "data" ? "" : "\(path[0]): \(nested(path.dropFirst(), value))\n"
        let beside = path.dropFirst().first == "source" ? data : "{source: pictures, \(data.dropFirst())"
        do {
            _ = try ScenarioFile.dataSettings("scenario: fields\ndata: \(beside)\n\(group)", file: "f")
            return ""
        } catch {
            return (error as? Failure)?.message ?? "\(error)"
        }
    }

    private static func nested(_ path: some Collection<String>, _ value: String) -> String {
        guard let first = path.first else { return value }
        // Several of these are read only together with other fields.
        let company = [
            "column": "answer", "dataset": "fsdd", "method": "reinforce", "workers": "2",
            "synchronization": "parameter-server",
        ]
        let needed: [String] =
            switch first {
            case "replicas", "shards", "updates": ["method"]
            case "least-workers", "min-workers", "interval": ["workers"]
            case "kind": ["column"]
            case "compression": ["workers", "synchronization"]
            case "noise", "signal-to-noise", "preprocess", "frames": ["dataset"]
            default: []
            }
        let beside = needed.map { "\($0): \(company[$0] ?? "")" }
        return "{\((beside + ["\(first): \(nested(path.dropFirst(), value))"]).joined(separator: ", "))}"
    }

    // Data in the registry is recognized by its only field, so no other field can accompany it.
    @Test(arguments: Entry.all().filter { !$0.form.fields.isEmpty && $0.form.fields.names != ["dataset"] })
    func `a group lists its fields if an unknown one is given`(entry: Entry) {
        let message = Self.refusal(entry, ["no-such-field"], "1")
        #expect(
            message.contains("Known fields here: \(entry.form.fields.names.joined(separator: ", "))."), "\(message)")
    }

    @Test(arguments: Entry.all())
    func `numbers out of range are refused with the range`(entry: Entry) {
        let (low, high): (String, String)
        switch entry.form {
        case .integer(let range): (low, high) = ("\(range.lowerBound - 1)", "\(range.lowerBound) to ")
        case .number(let range): (low, high) = ("\(range.lowerBound - 1)", "\(range.lowerBound) to \(range.upperBound)")
        case .numbers(let range):
            (low, high) = ("[\(range.lowerBound - 1)]", "\(range.lowerBound) to \(range.upperBound)")
        case .integers(let range):
            (low, high) = ("[\(range.lowerBound - 1)]", "\(Double(range.lowerBound)) to \(Double(range.upperBound))")
        default: return
        }
        let message = Self.refusal(entry, [], low)
        #expect(message.contains("\(entry.path.joined(separator: ".")): "), "\(message)")
        #expect(message.contains("is not from \(high)"), "\(message)")
    }

    @Test(arguments: Entry.all())
    func `an invalid choice is answered with the valid ones`(entry: Entry) {
        let value: String
        let words: [String]
        switch entry.form {
        case .choice(let choices): (value, words) = ("nonsense", choices)
        case .choices(let choices): (value, words) = ("[nonsense]", choices)
        default: return
        }
        let message = Self.refusal(entry, [], value)
        #expect(message.contains("Choices: \(words.joined(separator: ", "))."), "\(message)")
    }

    @Test func `every field is explained in complete sentences`() {
        func check(_ fields: [ScenarioField]) {
            for field in fields {
                #expect(
                    field.summary.hasSuffix(".") && field.summary.first?.isLowercase == false
                        || field.summary.first == "`")
                check(field.fields)
            }
        }
        check(ScenarioField.top)
        #expect(Set(ScenarioField.top.names).count == ScenarioField.top.count)
    }
}

@Suite(.timeLimit(.minutes(10))) struct `JSON schema of scenarios` {
    /// Checks each YAML file given after the schema, and prints what is wrong with it.
    private static let program = """
        import json, re, sys, jsonschema, yaml
        # YAML 1.2, which editors follow, takes 2e6 for a number.
        yaml.SafeLoader.add_implicit_resolver(
            "tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9][0-9.]*([eE][-+]?[0-9]+)?$"), list("-+0123456789"))
        schema = json.load(open(sys.argv[1]))
        jsonschema.Draft202012Validator.check_schema(schema)
        for path in sys.argv[2:]:
            errors = jsonschema.Draft202012Validator(schema).iter_errors(yaml.safe_load(open(path)))
            print(path.rsplit("/", 1)[-1], *sorted(".".join(map(str, e.absolute_path)) + ":" + e.validator for e in errors))
        """

    /// What the validator says of files.
    private static func validate(_ files: [URL]) throws -> [String] {
        let folder = try TemporaryDirectory()
        let schema = folder.path("scenario.schema.json")
        try ScenarioSchema.json.write(toFile: schema, atomically: true, encoding: .utf8)
        let output = try ChildProcess.output(of: "python3", ["-c", program, schema] + files.map(\.path))
        guard output.status == 0 else {
            if output.err.contains("ModuleNotFoundError") {
                try Test.cancel("there is no jsonschema: apt-get install python3-jsonschema python3-yaml")
            }
            throw Failure(.internal, output.err)
        }
        return output.out.split(separator: "\n").map(String.init)
    }

    @Test func `the scenarios in Compose are valid`() throws {
        let files = try FileManager.default.contentsOfDirectory(
            at: DeliveredFiles.scenarios, includingPropertiesForKeys: nil
        ).filter { $0.pathExtension == "yaml" }.sorted { $0.path < $1.path }
        let said = try Self.validate(files)
        #expect(said == files.map(\.lastPathComponent) && !said.isEmpty)
    }

    @Test func `what the reader refuses, the schema refuses too`() throws {
        let folder = try TemporaryDirectory()
        let wrong = [
            "a": ("search: {trails: 3}", "search:additionalProperties"),
            "b": ("search: {trials: 0}", "search.trials:minimum"),
            "c": ("search: {method: evolutoin}", "search.method:enum"),
            "d": ("training: {samples: some}", "training.samples:anyOf"),
            "e": ("objective: {limits: {latency: 5}}", "objective.limits.latency:type"),
        ]
        let files = try wrong.map { name, scenario in
            let text = "scenario: wrong\nmodalities: {image: {dataset: mnist}}\n\(scenario.0)\n"
            #expect(throws: Failure.self) { try ScenarioFile(text) }
            let file = folder.path("\(name).yaml")
            try text.write(toFile: file, atomically: true, encoding: .utf8)
            return URL(filePath: file)
        }.sorted { $0.path < $1.path }
        let said = try Self.validate(files)
        #expect(said == wrong.sorted { $0.key < $1.key }.map { "\($0.key).yaml \($0.value.1)" })
    }
}
