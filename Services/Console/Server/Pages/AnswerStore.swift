import Answers
import Foundation
import Model
import RegistryClient
import ServiceClient

/// Recently viewed answers, read from the registry.
actor AnswerStore {
    /// Maximum number of answer files kept in memory.
    private static let most = 4
    /// Maximum size in bytes of an answer file that is shown.
    private static let largestBytes: UInt64 = 64 << 20

    private let backends: Backends
    private var kept: [(digest: BlobDigest, answers: JudgedAnswers)] = []

    init(backends: Backends) { self.backends = backends }

    /// The answers of a file.
    /// - Throws: `Failure` with code `not-found` if the registry does not have the file, `corrupt` if it holds no
    ///   answers.
    func answers(of digest: BlobDigest) async throws -> JudgedAnswers {
        if let known = kept.first(where: { $0.digest == digest }) { return known.answers }
        let answers = try await backends.ask(.registry) { try await Self.read(digest, $0) }
        kept = Array(([(digest, answers)] + kept.filter { $0.digest != digest }).prefix(Self.most))
        return answers
    }

    private static func read(_ digest: BlobDigest, _ backends: Backends) async throws -> JudgedAnswers {
        let state = try await backends.registry.state(of: digest)
        guard state.isComplete else { throw Failure(.notFound, "The registry no longer has these answers.") }
        guard state.bytes <= largestBytes else {
            throw Failure(
                .invalidArgument,
                "These answers take \(Words.bytes(state.bytes)); the limit is \(Words.bytes(largestBytes)).")
        }
        let file = FileManager.default.temporaryDirectory.appending(path: "gyrus-answers-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try await backends.registry.download(digest, to: file)
        return JudgedAnswers(try AnswerFile(opening: file.path))
    }
}
