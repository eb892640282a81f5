import Foundation
import Glibc
import Model

/// A stream of bytes that is read from start to end.
protocol ByteStream: AnyObject {
    /// Reads bytes, at most as many as fit; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

extension ByteStream {
    /// Reads exactly the given number of bytes; fewer only at the end.
    func bytes(_ count: Int) throws -> [UInt8] {
        var result = [UInt8](repeating: 0, count: count)
        var done = 0
        try result.withUnsafeMutableBytes { buffer in
            while done < count {
                let more = try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...]))
                if more == 0 { break }
                done += more
            }
        }
        if done < count { result.removeLast(count - done) }
        return result
    }

    /// Everything up to the end.
    /// - Throws: `Failure` with code `corrupt` if there is more than the limit.
    func everything(limit: Int, of path: String) throws -> [UInt8] {
        var result: [UInt8] = []
        while true {
            let more = try bytes(1 << 20)
            if more.isEmpty { return result }
            result += more
            guard result.count <= limit else {
                throw Failure(.corrupt, "'\(path)' is larger than \(limit >> 20) MiB, the limit for such a file.")
            }
        }
    }
}

/// The bytes of a file, or of a part of it.
final class FileStream: ByteStream {
    private let descriptor: Int32
    private let path: String
    private var rest: Int

    /// Opens a file.
    /// - Throws: `Failure` with code `not-found` or `permission-denied`.
    init(_ path: String, from offset: Int = 0, length: Int = .max) throws {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        self.path = path
        rest = length
        guard descriptor >= 0 else { throw Self.failure(path) }
        try RegularFile.check(descriptor, at: path)
        if offset > 0 { lseek(descriptor, offset, SEEK_SET) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, min(buffer.count, rest))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Self.failure(path) }
            rest -= count
            return count
        }
    }

    private static func failure(_ path: String) -> Failure {
        let reason = String(cString: strerror(errno))
        let code: Failure.Code = errno == ENOENT ? .notFound : errno == EACCES ? .permissionDenied : .invalidArgument
        return Failure(code, "Cannot read '\(path)': \(reason).")
    }
}

/// Bytes that are in memory.
final class MemoryStream: ByteStream {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let part = rest.prefix(buffer.count)
        buffer.copyBytes(from: part)
        rest = rest.dropFirst(part.count)
        return part.count
    }
}
