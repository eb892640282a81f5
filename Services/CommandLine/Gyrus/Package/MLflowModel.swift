import Foundation
import Model

/// The file from which MLflow loads a package: `mlflow.pyfunc.load_model("results")`. Requires MLflow 2.19, the first version
/// with columns of any type.
struct MLflowModel {
    private let manifest: DatasetManifest

    init(_ manifest: DatasetManifest) { self.manifest = manifest }

    /// YAML, written as JSON, which is a subset of it.
    var text: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(File(signature: try signature)), as: UTF8.self) + "\n"
        }
    }

    private struct File: Encodable {
        let flavors = ["python_function": Flavor()]
        let signature: [String: String]
    }

    /// `example.py` has the entry point that MLflow calls.
    private struct Flavor: Encodable {
        let loader_module = "example"
        let code = "."
        let data = "."
    }

    private struct Column: Encodable {
        let name: String
        let type: String
        let required: Bool
    }

    private struct TensorColumn: Encodable {
        struct Specification: Encodable {
            let dtype = "float32"
            let shape: [Int]
        }

        let type = "tensor"
        let specification: Specification

        enum CodingKeys: String, CodingKey {
            case type
            case specification = "tensor-spec"
        }
    }

    private var signature: [String: String] {
        get throws {
            var seen: Set<String> = []
            let columns = manifest.inputs.sorted { $0.key < $1.key }.flatMap { _, input in
                input.columns.map { Column(name: $0, type: Self.type(of: $0, input), required: false) }
            }.filter { seen.insert($0.name).inserted }
            let outputs = [TensorColumn(specification: .init(shape: [-1, manifest.target.outputs]))]
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return [
                "inputs": String(decoding: try encoder.encode(columns), as: UTF8.self),
                "outputs": String(decoding: try encoder.encode(outputs), as: UTF8.self),
            ]
        }
    }

    /// MLflow rejects integers for `double` and any number for `string`, but pandas infers a column's type from its
    /// values.
    private static func type(of column: String, _ input: DatasetManifest.Input) -> String {
        switch input.preparation.content(of: column, among: input.columns) {
        case .number, .category, .numbers: "any"
        case .picture, .sound, .text: "string"
        }
    }
}
