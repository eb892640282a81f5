import Model

/// Rows given as JSON: an object, or a list of objects, whose fields are columns.
public enum JSONRows {
    /// Reads rows.
    /// - Throws: `Failure` that describes and locates the error.
    public static func read(_ bytes: [UInt8]) throws -> [[String: Cell]] {
        do {
            return try bytes.withUnsafeBufferPointer { try JSONText.objects($0) }
        } catch let problem as JSONText.Problem {
            throw Failure(.invalidArgument, "The input is not a row or list of rows in JSON: \(problem.message).")
        }
    }

    /// A cell as a column of text or categories holds it: `3` for the number 3.
    public static func text(_ cell: Cell) -> Cell {
        if case .number(let number) = cell { return .text(NumberText.description(of: number)) }
        return cell
    }
}
