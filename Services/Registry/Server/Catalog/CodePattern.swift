import Foundation
import GRDB
import Model

/// An artificial code with wildcard fields: `ResNet*; vision; any; ResNet; CIFAR10; any; >=90%; any; PyTorch*`.
///
/// The nine fields are those of table 1. In integer form, spaces separate the numbers, and `*` stands for any run of
/// them: `3 1 * 7`.
enum CodePattern {
    private static let fields = [
        "name", "areas", "functions", "category", "dataset", "size", "accuracy", "optimizer", "platform",
    ]

    static func conditions(_ value: String) throws -> [Condition] {
        if !value.isEmpty, value.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == " " || $0 == "*") }) {
            let numbers = value.split(separator: " ").joined(separator: " ")
            let condition = CatalogField.matching("code", numbers)
            // The subquery scans an index that contains only codes.
            return [Condition("models.id IN (SELECT id FROM models WHERE \(condition.sql))", condition.arguments)]
        }
        let parts = value.split(separator: ";", omittingEmptySubsequences: false)
            .map { $0.trimmingCharacters(in: .whitespaces) }
        guard parts.count == fields.count else {
            throw CatalogField.broken(
                "code", value,
                "it has \(parts.count) fields but needs 9 (\(fields.joined(separator: "; "))), each a text with or"
                    + " without the wildcards * and ?, or 'any'; or numbers separated by spaces")
        }
        return try zip(fields, parts).flatMap { name, part in
            guard let field = Catalog.models.fields[name] else { return [Condition]() }
            do {
                return try field.conditions(name, part)
            } catch let failure as Failure {
                throw CatalogField.broken("code", value, "field '\(name)': \(failure.message)")
            }
        }
    }
}
