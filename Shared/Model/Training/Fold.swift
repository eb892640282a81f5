/// One part of the training and validation samples, which is held out of a training to validate it (k-fold
/// cross-validation: Stone, 1974).
public struct Fold: Hashable, Sendable {
    /// Index of the fold, from 0.
    public let number: Int
    /// Number of folds.
    public let count: Int

    /// Maximum number of folds.
    public static let most = 20

    /// Makes a fold.
    /// - Throws: `Failure` with code `invalid-argument` if there is no such fold.
    public init(_ number: Int, of count: Int) throws {
        guard (2...Self.most).contains(count), (0..<count).contains(number) else {
            throw Failure(
                .invalidArgument,
                "There is no fold \(number + 1) of \(count); the number of folds is from 2 to \(Self.most).")
        }
        self.number = number
        self.count = count
    }
}
