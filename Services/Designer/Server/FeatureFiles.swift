import Model
import Synchronization

/// The files of features that a search uses.
final class FeatureFiles: Sendable {
    private let files = Mutex<Set<BlobDigest>>([])

    var all: [BlobDigest] { files.withLock { Array($0) } }

    func add(_ file: BlobDigest) { files.withLock { _ = $0.insert(file) } }
}
