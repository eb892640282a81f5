import Foundation
import Model
import Presentation

/// Template values for a network's inputs and its answers for uploaded files.
enum PredictValues {
    /// Maximum number of answers named for a sample.
    private static let mostNamed = 5

    /// The form: which files it accepts, and how many.
    static func form(_ manifest: DatasetManifest, token: String, limits: ConsoleLimits) -> [String: Any] {
        let inputs = manifest.inputs.sorted { $0.key < $1.key }
        let columns = inputs.flatMap(\.value.columns).reduce(into: [String]()) { columns, name in
            if !columns.contains(name) { columns.append(name) }
        }
        let only = inputs.count == 1 ? inputs[0].value.signature.kind : nil
        let word: String? =
            switch only {
            case .image?: "pictures (PNG, JPEG, WebP, BMP, TIFF)"
            case .audio?: "sounds (WAV, FLAC, OGG, MP3)"
            case .text?: "text files"
            default: nil
            }
        let table = "a table (CSV, JSON Lines or Parquet) with the columns \(columns.joined(separator: ", "))"
        let hasFiles = inputs.contains { [.image, .audio].contains($0.value.signature.kind) }
        let kinds = inputs.map(\.value.signature.kind.rawValue)
        let isOneEach = inputs.count > 1 && Set(kinds).isSubset(of: ["image", "audio", "text"])
        let each = isOneEach ? "one file for each of \(inputs.map(\.key).joined(separator: " and "))" : nil
        return [
            "token": token, "wants": (word ?? each).map { "\($0), or \(table)" } ?? table,
            "files": hasFiles ? "Drop the files named in the table along with it." : "",
            "limit": "At most \(limits.uploadFiles) files and \(limits.uploadBytes >> 20) MiB at a time.",
        ]
    }

    /// The rows of answers, each with its confidence.
    static func answers(_ outcome: Predictor.Outcome) -> [String: Any] {
        var values: [String: Any] = ["rows": outcome.answers.map { row($0, outcome.target) }]
        if outcome.further > 0 {
            values["further"] =
                "\(Words.amount(outcome.further, "more sample")) not shown; use gyrus predict for them."
        }
        return values
    }

    private static func row(_ answer: Predictor.Answer, _ target: Target) -> [String: Any] {
        switch answer.result {
        case .failure(let failure): return ["place": answer.place, "failure": failure.message]
        case .success(let numbers):
            guard target.kind != .regression else {
                return [
                    "place": answer.place,
                    "answer": zip(target.names, numbers).map { "\($0) \(Words.plain(Double($1)))" }
                        .joined(separator: ", "),
                ]
            }
            let order = numbers.indices.sorted { (numbers[$1], $0) < (numbers[$0], $1) }
            let chosen =
                target.kind == .classification ? Array(order.prefix(1)) : target.labels(of: numbers)
            return [
                "place": answer.place,
                "answer": chosen.isEmpty ? "none" : chosen.map { target.names[$0] }.joined(separator: ", "),
                "shares": order.prefix(mostNamed).map { number in
                    [
                        "name": target.names[number], "text": "\(Words.fixed(Double(numbers[number]) * 100, 1)) %",
                        "value": Int((numbers[number] * 1_000).rounded()),
                    ] as [String: Any]
                },
            ]
        }
    }
}
