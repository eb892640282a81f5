import Crypto
import Foundation
import Model
import Safetensors

/// The folder in which a preparation collects its results, so that another can continue it after an interruption.
///
/// `plan.json` has what was learned from the training samples. Shards are numbered from 0: `12.shard` has the 13th.
final class ShardFolder {
    /// What all shards have in common.
    struct Plan: Codable {
        /// Version of the shards' format.
        var format = Plan.currentFormat
        /// The data and what was learned from its training samples.
        var manifest: DatasetManifest
        /// Digest of the code that prepares samples.
        var code: String
        /// Number of samples.
        var count: Int

        static let currentFormat = 1

        init(_ manifest: DatasetManifest, count: Int) {
            self.manifest = manifest
            self.count = count
            code = Self.code(of: manifest)
        }

        /// Whether this program would prepare the samples of some data in the same way.
        func fits(identity: String) -> Bool {
            format == Self.currentFormat && code == Self.code(of: manifest) && (try? manifest.id) == identity
        }

        private static func code(of manifest: DatasetManifest) -> String {
            BlobDigest(hashing: Array(PreparationScript(manifest).methods.utf8)).hexadecimal
        }
    }

    /// Age from which an interrupted preparation is no longer continued: a week.
    static let longestPause: TimeInterval = 7 * 24 * 3_600

    private let url: URL
    private let lock: Int32

    /// Opens or creates a folder for the preparation of some data. If another process uses it, this one gets a new folder.
    /// - Throws: `Failure` with code `unavailable` if it cannot be created or locked.
    init(_ url: URL) throws {
        try? Self.removeAbandoned(beside: url)
        if let lock = try Self.locked(url) {
            (self.url, self.lock) = (url, lock)
            return
        }
        let own = url.appendingPathExtension(UUID().uuidString)
        guard let lock = try Self.locked(own) else {
            throw Failure(.unavailable, "Cannot lock the folder '\(own.path)'.")
        }
        (self.url, self.lock) = (own, lock)
    }

    deinit { close(lock) }

    /// Removes the folder and everything in it.
    func remove() { try? FileManager.default.removeItem(at: url) }

    // MARK: Plan

    /// The plan of an interrupted preparation of the same data; if there is none, empties the folder and returns nil.
    func plan(identity: String) -> Plan? {
        if let data = try? Data(contentsOf: planFile), let plan = try? JSONDecoder().decode(Plan.self, from: data),
            plan.fits(identity: identity)
        {
            return plan
        }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? [] where name != Self.lockName {
            try? FileManager.default.removeItem(at: url.appending(path: name))
        }
        return nil
    }

    /// Stores the plan of a new preparation.
    func begin(_ plan: Plan) throws {
        do {
            try JSONEncoder().encode(plan).write(to: planFile, options: .atomic)
        } catch {
            throw Failure(.unavailable, "Cannot write '\(planFile.path)': \(error.systemReason)")
        }
    }

    // MARK: Shards

    /// The file of a shard.
    func path(_ number: Int) -> String { url.appending(path: "\(number).shard").path }

    /// A shard that was finished before; nil if it is missing or damaged.
    func shard(_ number: Int) -> SafetensorsFile? { try? SafetensorsFile(opening: path(number)) }

    // MARK: Files

    private static let lockName = "lock"
    private static let planName = "plan.json"
    private var planFile: URL { url.appending(path: Self.planName) }

    /// Creates a folder if it is missing and locks it. Returns the lock's descriptor; nil if another process has the lock.
    private static func locked(_ url: URL) throws -> Int32? {
        let path = url.appending(path: lockName).path
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            throw Failure(.unavailable, "Cannot create the folder '\(url.path)': \(error.systemReason)")
        }
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Failure(.unavailable, "Cannot write '\(path)': \(String(cString: strerror(errno))).")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// Whether a folder has a lock and nothing but what a preparation writes, possibly before it had a plan.
    private static func isOwn(_ names: [String]) -> Bool {
        names.contains(lockName)
            && names.allSatisfy {
                $0 == lockName || $0 == planName || $0.wholeMatch(of: /\d+\.shard(\..+\.partial)?/) != nil
            }
    }

    /// Removes preparations next to a folder that were not continued in time.
    private static func removeAbandoned(beside url: URL) throws {
        let keys: Set<URLResourceKey> = [.contentModificationDateKey, .isDirectoryKey]
        let oldest = Date(timeIntervalSinceNow: -longestPause)
        let folder = url.deletingLastPathComponent()
        for other in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: Array(keys)) {
            let values = try other.resourceValues(forKeys: keys)
            guard values.isDirectory == true, let changed = values.contentModificationDate, changed < oldest,
                isOwn(try FileManager.default.contentsOfDirectory(atPath: other.path)),
                let lock = try locked(other)
            else { continue }
            try? FileManager.default.removeItem(at: other)
            close(lock)
        }
    }
}
