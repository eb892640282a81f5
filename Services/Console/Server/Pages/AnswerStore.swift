import Answers
import Foundation
import Model
import RegistryClient
import ServiceClient

/// The answers that were looked at last, read from the registry.
actor AnswerStore {
    /// Most files of answers that are kept in memory.
    private static let most = 4
    /// Largest file of answers that is shown.
    private static let largestBytes: UInt64 = 64 << 20

    private let backends: Backends
    private var kept: [(digest: BlobDigest, answers: JudgedAnswers)] = []

    init(backends: Backends) { self.backends = backends }

    /// The answers of a file.
    /// - Throws: `Failure` with code `not-found` where the registry lacks it, `corrupt` where it holds no answers.
    func answers(of digest: BlobDigest) async throws -> JudgedAnswers {
        if let known = kept.first(where: { $0.digest == digest }) { return known.answers }
        let answers = try await backends.ask(.registry) { try await Self.read(digest, $0) }
        kept = Array(([(digest, answers)] + kept.filter { $0.digest != digest }).prefix(Self.most))
        return answers
    }

    private static func read(_ digest: BlobDigest, _ backends: Backends) async throws -> JudgedAnswers {
        let state = try await backends.registry.state(of: digest)
        guard state.isComplete else { throw Failure(.notFound, "The registry does not have these answers any more.") }
        guard state.bytes <= largestBytes else {
            throw Failure(
                .invalidArgument,
                "These answers have \(Words.bytes(state.bytes)); more than \(Words.bytes(largestBytes)) are not shown.")
        }
        let file = FileManager.default.temporaryDirectory.appending(path: "gyrus-answers-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try await backends.registry.download(digest, to: file)
        return JudgedAnswers(try AnswerFile(opening: file.path))
    }
}
