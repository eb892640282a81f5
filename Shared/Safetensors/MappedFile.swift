import Foundation
import Model

/// A file's bytes in memory, read when they are first accessed.
///
/// The bytes are valid as long as this object. A file must be replaced, not shortened, while it is mapped; all code in
/// Gyrus writes a new file and renames it.
final class MappedFile: Sendable {
    // Sendable although it holds a pointer: the memory is mapped read-only and lives as long as the object.
    nonisolated(unsafe) let bytes: UnsafeRawBufferPointer

    init(path: String) throws(Failure) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure(path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.failure(path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw Failure(.invalidArgument, "'\(path)' is not a file.")
        }
        guard status.st_size > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        let size = Int(status.st_size)
        guard let start = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0), start != MAP_FAILED else {
            throw Self.failure(path, errno)
        }
        bytes = UnsafeRawBufferPointer(start: start, count: size)
    }

    deinit {
        guard let start = bytes.baseAddress else { return }
        munmap(UnsafeMutableRawPointer(mutating: start), bytes.count)
    }

    private static func failure(_ path: String, _ code: Int32) -> Failure {
        Failure(
            code == ENOENT ? .notFound : .invalidArgument,
            "Cannot open '\(path)': \(String(cString: strerror(code))).")
    }
}
