import Crypto
package import Foundation
package import Model

/// A file that holds a blob or part of one.
///
/// The file closes with the object. Every failure names the file.
package final class BlobFile: Sendable {
    package let url: URL
    private let descriptor: Int32

    /// Opens a file for reading.
    package convenience init(reading url: URL) throws {
        try self.init(url, flags: O_RDONLY)
    }

    /// Opens or creates a file for appending; fails at once if another process is writing it.
    package convenience init(appendingTo url: URL) throws {
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try self.init(url, flags: O_RDWR | O_CREAT)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw Failure(
                .busy, "Another process is writing the file \(url.path).", retryAfter: .milliseconds(100))
        }
        guard isStillNamed else {
            // The other process finished and renamed the file between our opening and locking it.
            throw Failure(.busy, "The file \(url.path) was just replaced.", retryAfter: .milliseconds(1))
        }
    }

    private init(_ url: URL, flags: Int32) throws {
        self.url = url
        // Opening a pipe would wait for a writer.
        descriptor = open(url.path, flags | O_CLOEXEC | O_NONBLOCK, 0o644)
        guard descriptor >= 0 else {
            let code: Failure.Code =
                switch errno {
                case ENOENT: .notFound
                case EACCES, EPERM, EROFS: .permissionDenied
                default: .unavailable
                }
            throw Failure(code, "Cannot open the file \(url.path): \(String(cString: strerror(errno))).")
        }
        try RegularFile.check(descriptor, at: url.path)
    }

    deinit { close(descriptor) }

    /// Size in bytes.
    package var size: UInt64 {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? UInt64(status.st_size) : 0
    }

    /// A stamp that changes whenever the file is written or replaced.
    package var stamp: String {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return "" }
        return "\(status.st_ino)-\(status.st_size)-\(status.st_mtim.tv_sec)-\(status.st_mtim.tv_nsec)"
    }

    private var isStillNamed: Bool {
        var (open, named) = (stat(), stat())
        return fstat(descriptor, &open) == 0 && stat(url.path, &named) == 0 && open.st_ino == named.st_ino
    }

    /// Up to `count` bytes at an offset; fewer only at the end.
    package func read(at offset: UInt64, count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = pread(
                    descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(offset) + filled)
                guard got >= 0 else {
                    if errno == EINTR { continue }
                    throw failed("read")
                }
                if got == 0 { break }
                filled += got
            }
        }
    }

    /// Calls `body` with the content, chunk by chunk.
    package func forEachPiece(of count: Int = 1 << 20, _ body: ([UInt8]) throws -> Void) throws {
        var offset: UInt64 = 0
        while true {
            let bytes = try read(at: offset, count: count)
            if bytes.isEmpty { return }
            try body(bytes)
            offset += UInt64(bytes.count)
        }
    }

    /// The digest of the content.
    package func digest() throws -> BlobDigest {
        var hasher = SHA256()
        try forEachPiece { hasher.update(data: $0) }
        return BlobDigest(sha256: hasher.finalize())
    }

    /// Appends bytes.
    package func append(_ bytes: some Collection<UInt8>) throws {
        var offset = off_t(size)
        let written: Void? = try bytes.withContiguousStorageIfAvailable { buffer in
            var done = 0
            while done < buffer.count {
                let count = pwrite(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, offset)
                guard count >= 0 else {
                    if errno == EINTR { continue }
                    throw failed("written")
                }
                done += count
                offset += off_t(count)
            }
        }
        if written == nil { try append(Array(bytes)) }
    }

    /// Truncates the file.
    package func truncate(to size: UInt64) throws {
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw failed("cut") }
    }

    /// Sets the access time without changing the stamp.
    package func markUsed(at time: Date) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return }
        let seconds = time.timeIntervalSince1970
        let whole = seconds.rounded(.down)
        let times = [timespec(tv_sec: time_t(whole), tv_nsec: Int((seconds - whole) * 1e9)), status.st_mtim]
        // Only the order of removal depends on it, so it does no harm if the file system refuses.
        _ = futimens(descriptor, times)
    }

    /// Removes the file.
    package func remove() throws {
        guard unlink(url.path) == 0 || errno == ENOENT else { throw failed("removed") }
    }

    /// Flushes the content to disk, gives the file its final name and flushes that too.
    package func publish(as target: URL) throws {
        let folder = target.deletingLastPathComponent()
        let isNew = !FileManager.default.fileExists(atPath: folder.path)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        guard fsync(descriptor) == 0 else { throw failed("flushed") }
        guard rename(url.path, target.path) == 0 else { throw failed("renamed to \(target.path)") }
        // A file's name is an entry of its folder, just as a new folder's name is an entry of its parent.
        try Self.flush(folder)
        if isNew { try Self.flush(folder.deletingLastPathComponent()) }
    }

    private static func flush(_ folder: URL) throws {
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(descriptor) }
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw Failure(
                .unavailable, "Cannot flush the folder \(folder.path): \(String(cString: strerror(errno))).")
        }
    }

    private func failed(_ what: String) -> Failure {
        let reason = String(cString: strerror(errno))
        let hint = errno == ENOSPC || errno == EDQUOT ? " Free some space." : ""
        return Failure(.unavailable, "The file \(url.path) cannot be \(what): \(reason).\(hint)")
    }
}
