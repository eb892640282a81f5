import Foundation
import Model
import Tables

/// A response of the Open Inference Protocol, version 2.
struct InferenceReply {
    /// The kinds of outputs.
    enum Output: String, CaseIterable {
        case probabilities
        case label
        case numbers

        /// The outputs of a target, default first.
        static func of(_ target: Target) -> [Output] {
            switch target.kind {
            case .classification: [.probabilities, .label]
            case .multiLabel: [.probabilities]
            case .regression: [.numbers]
            }
        }

        var type: TensorType { self == .label ? .bytes : .fp32 }
    }

    let model: ServedModel
    let request: InferenceRequest
    let answers: [[Float]]

    private struct Wanted {
        let output: Output
        let isBinary: Bool
    }

    /// The body, and the length of its JSON if binary tensors follow.
    func body() throws -> (bytes: [UInt8], headerLength: Int?) {
        var tensors: [String] = []
        var binary: [UInt8] = []
        for wanted in try wanted() {
            let width = model.target.outputs
            let shape = wanted.output == .label ? "[\(answers.count)]" : "[\(answers.count),\(width)]"
            var text =
                "{\"name\":\"\(wanted.output.rawValue)\",\"datatype\":\"\(wanted.output.type.rawValue)\",\"shape\":\(shape)"
            if wanted.isBinary {
                let bytes = bytes(wanted.output)
                text += ",\"parameters\":{\"binary_data_size\":\(bytes.count)}}"
                binary += bytes
            } else {
                text += ",\"data\":[\(try data(wanted.output))]}"
            }
            tensors.append(text)
        }
        var json = "{\"model_name\":\(try quoted(model.name)),\"model_version\":\(try quoted(model.version))"
        if let id = request.id { json += ",\"id\":\(try quoted(id))" }
        json += ",\"outputs\":[\(tensors.joined(separator: ","))]}"
        let head = Array(json.utf8)
        return (head + binary, binary.isEmpty ? nil : head.count)
    }

    private func wanted() throws -> [Wanted] {
        let known = Output.of(model.target)
        let usual = request.parameters?.binaryDataOutput ?? false
        guard let outputs = request.outputs, !outputs.isEmpty else {
            return known.map { Wanted(output: $0, isBinary: usual) }
        }
        return try outputs.map { output in
            guard let found = known.first(where: { $0.rawValue == output.name }) else {
                throw Failure(
                    .invalidArgument,
                    "there is no output '\(output.name)'; use \(known.map(\.rawValue).joined(separator: ", "))")
            }
            return Wanted(output: found, isBinary: output.parameters?.binaryData ?? usual)
        }
    }

    private var labels: [String] {
        answers.map { answer in
            model.target.names[answer.indices.reduce(0) { answer[$1] > answer[$0] ? $1 : $0 }]
        }
    }

    private func data(_ output: Output) throws -> String {
        guard output == .label else {
            return answers.map { $0.map { $0.isFinite ? "\($0)" : "null" }.joined(separator: ",") }.joined(
                separator: ",")
        }
        return try labels.map(quoted).joined(separator: ",")
    }

    private func bytes(_ output: Output) -> [UInt8] {
        guard output == .label else {
            return answers.joined().flatMap { number in
                withUnsafeBytes(of: number.bitPattern.littleEndian) { Array($0) }
            }
        }
        return labels.flatMap { label in
            withUnsafeBytes(of: UInt32(label.utf8.count).littleEndian) { Array($0) } + Array(label.utf8)
        }
    }
}

/// Text as a JSON string.
func quoted(_ text: String) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    return String(decoding: try encoder.encode(text), as: UTF8.self)
}

/// A model's metadata in the Open Inference Protocol.
struct ModelMetadata: Encodable {
    /// An input or output tensor; -1 stands for any length.
    struct Tensor: Encodable {
        let name: String
        let datatype: String
        let shape: [Int]
        var parameters: [String: [String]]?
    }

    let name: String
    let versions: [String]
    let platform: String
    let inputs: [Tensor]
    let outputs: [Tensor]

    init(_ model: ServedModel) {
        name = model.name
        versions = [model.version]
        platform = "pytorch_torchscript"
        inputs = model.schema.columns.map { column in
            Tensor(
                name: column.name, datatype: column.content.type.rawValue, shape: column.content.shape,
                parameters: column.content.word.map { ["content": [$0]] })
        }
        outputs = InferenceReply.Output.of(model.target).map { output in
            Tensor(
                name: output.rawValue, datatype: output.type.rawValue,
                shape: output == .label ? [-1] : [-1, model.target.outputs],
                parameters: output == .label ? nil : ["labels": model.target.names])
        }
    }
}
