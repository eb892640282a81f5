import Foundation
import Model
import RegistryClient
import ServiceClient
import Tracking

/// A sequence with tracks, ready to be drawn.
struct TrackedSequence: Sendable {
    let information: SequenceInformation
    /// The boxes of each frame; the first is frame 1.
    let frames: [[MOTRow]]

    var name: String { information.name }
    /// Number of distinct people.
    let identities: Int

    init(_ information: SequenceInformation, _ file: MOTFile) {
        self.information = information
        var frames = [[MOTRow]](repeating: [], count: information.frames)
        for row in file.rows where frames.indices.contains(row.frame - 1) { frames[row.frame - 1].append(row) }
        self.frames = frames
        identities = Set(file.rows.map(\.identity)).count
    }
}

/// Recently viewed tracks, read from the registry.
actor TrackStore {
    /// Maximum number of track files kept in memory.
    private static let most = 4
    /// Maximum size in bytes of a track file that is shown.
    private static let largestBytes: UInt64 = 64 << 20

    private let backends: Backends
    private var kept: [(digest: BlobDigest, sequences: [TrackedSequence])] = []

    init(backends: Backends) { self.backends = backends }

    /// The sequences of a file.
    /// - Throws: `Failure` with code `not-found` if the registry does not have the file, `corrupt` if it holds no
    ///   tracks.
    func sequences(of digest: BlobDigest) async throws -> [TrackedSequence] {
        if let known = kept.first(where: { $0.digest == digest }) { return known.sequences }
        let sequences = try await backends.ask(.registry) { try await Self.read(digest, $0) }
        kept = Array(([(digest, sequences)] + kept.filter { $0.digest != digest }).prefix(Self.most))
        return sequences
    }

    private static func read(_ digest: BlobDigest, _ backends: Backends) async throws -> [TrackedSequence] {
        let state = try await backends.registry.state(of: digest)
        guard state.isComplete else { throw Failure(.notFound, "The registry no longer has these tracks.") }
        guard state.bytes <= largestBytes else {
            throw Failure(
                .invalidArgument,
                "These tracks take \(Words.bytes(state.bytes)); the limit is \(Words.bytes(largestBytes)). Fetch "
                    + "them with “gyrus result ID --output DIR” and draw them with “gyrus track draw”.")
        }
        let file = FileManager.default.temporaryDirectory.appending(path: "gyrus-tracks-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try await backends.registry.download(digest, to: file)
        return try TrackingArchive(opening: file.path).tracks().map { TrackedSequence($0.information, $0.file) }
    }
}
