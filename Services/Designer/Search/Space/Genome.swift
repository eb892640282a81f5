import Model

/// A point of a search space as integers: for each gene the numbers of its parts' choices, from 1; a gene that is left
/// out has zeros.
///
/// As text the parts are separated by points and the genes by hyphens: `2.1.3-0.0.0`.
public struct Genome: Hashable, Sendable, CustomStringConvertible {
    /// For each gene the numbers of its parts' choices.
    public var genes: [[Int]]

    /// Makes a genome; `SearchSpace.contains` says whether it belongs to a space.
    public init(_ genes: [[Int]]) { self.genes = genes }

    /// Parses the text form.
    /// - Throws: `Failure` with code `invalid-argument`.
    public init(_ text: String) throws {
        genes = try text.split(separator: "-", omittingEmptySubsequences: false).map { gene in
            try gene.split(separator: ".", omittingEmptySubsequences: false).map { part in
                guard let number = Int(part), number >= 0, String(number) == part else {
                    throw Failure(
                        .invalidArgument, "'\(text.prefix(80))' is no genome: numbers as in 2.1.3-0.0.0 are needed.")
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
    /// Reads the text form.
    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the text form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
