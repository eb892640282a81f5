/// One part of the samples that serve training and choosing, held out of a training to judge it by (k-fold cross-validation:
/// Stone, 1974).
public struct Fold: Hashable, Sendable {
    /// Its place, from 0.
    public let number: Int
    /// How many parts there are.
    public let count: Int

    /// The most parts.
    public static let most = 20

    /// Names a part.
    /// - Throws: `Failure` with code `invalid-argument` where there is no such part.
    public init(_ number: Int, of count: Int) throws {
        guard (2...Self.most).contains(count), (0..<count).contains(number) else {
            throw Failure(
                .invalidArgument, "There is no fold \(number + 1) of \(count); there are from 2 to \(Self.most) folds.")
        }
        self.number = number
        self.count = count
    }
}
