import Model

/// A point of a search space as integers: for each gene the numbers of its parts' choices, from 1; an omitted gene has
/// zeros.
///
/// In the text form, periods separate the parts and hyphens the genes: `2.1.3-0.0.0`.
public struct Genome: Hashable, Sendable, CustomStringConvertible {
    /// For each gene, the numbers of its parts' choices.
    public var genes: [[Int]]

    /// Makes a genome; `SearchSpace.contains` tells whether it belongs to a space.
    public init(_ genes: [[Int]]) { self.genes = genes }

    /// Parses the text form.
    /// - Throws: `Failure` with code `invalid-argument`.
    public init(_ text: String) throws {
        genes = try text.split(separator: "-", omittingEmptySubsequences: false).map { gene in
            try gene.split(separator: ".", omittingEmptySubsequences: false).map { part in
                guard let number = Int(part), number >= 0, String(number) == part else {
                    throw Failure(
                        .invalidArgument, "'\(text.prefix(80))' is not a genome, which is written like 2.1.3-0.0.0.")
                }
                return number
            }
        }
    }

    /// The text form.
    public var description: String {
        genes.map { $0.map(String.init).joined(separator: ".") }.joined(separator: "-")
    }
}

extension Genome: Codable {
    /// Decodes the text form.
    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    /// Encodes the text form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
