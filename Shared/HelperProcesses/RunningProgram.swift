import CProcess
package import Dispatch
import Glibc
import Synchronization

/// A program that this process started, with only the descriptors that it was given.
///
/// With Foundation's `Process`, a program inherits what other threads open while it starts: a second program's pipes, and
/// the socket that tells `Process` that the second program ended. A wait for the second program then lasts until the
/// first ends, too, and forever if the first waits for the waiting process.
///
/// ```swift
/// let program = try RunningProgram("/bin/sh", ["-c", "exit 3"], descriptors: [nil, nil, nil])
/// let status = program.wait()  // 3
/// ```
package final class RunningProgram: Sendable {
    /// Its process ID.
    package let id: Int32
    /// Becomes readable when the program ends (a pidfd).
    private let ending: Descriptor
    /// Its exit status once `waitpid` has returned it; only then can another process get its ID.
    private let status = Mutex<Int32?>(nil)

    /// Starts a program, which is searched for in `PATH` if it has no slash.
    /// - Parameters:
    ///   - environment: Its whole environment; nil for that of this process.
    ///   - directory: Its working directory; nil for that of this process.
    ///   - descriptors: `descriptors[i]` becomes descriptor `i`; nil stands for `/dev/null`.
    package init(
        _ path: String, _ arguments: [String], environment: [String: String]? = nil, in directory: String? = nil,
        descriptors: [Descriptor?]
    ) throws(StartFailure) {
        id = try Self.start(
            path, arguments, environment: environment, in: directory, leadsSession: false, descriptors: descriptors)
        let number = gyrus_pidfd_open(id)
        guard number >= 0 else {
            let failure = StartFailure(number: errno)
            kill(id, SIGKILL)
            waitpid(id, nil, 0)
            throw failure
        }
        ending = Descriptor(number)
    }

    deinit {
        guard reap() == nil else { return }
        // Its exit status is no longer needed, but it must not remain a zombie.
        Self.reapAtEnd(id, ending, on: .global()) { _ in }
    }

    /// Why a program could not be started.
    package struct StartFailure: Error, CustomStringConvertible {
        /// The error number.
        package let number: Int32
        package var description: String { errorText(number) }
    }

    /// Starts a program and returns its process ID. The caller must wait for its end.
    /// - Parameter leadsSession: Whether it gets its own session, so that closing this process's terminal does not end it.
    package static func start(
        _ path: String, _ arguments: [String], environment: [String: String]? = nil, in directory: String? = nil,
        leadsSession: Bool = true, descriptors: [Descriptor?]
    ) throws(StartFailure) -> Int32 {
        var copies: [Descriptor?] = []
        for descriptor in descriptors {
            guard let descriptor else {
                copies.append(nil)
                continue
            }
            // Numbered above all targets, so that none is overwritten before it is used.
            guard let copy = Descriptor(copying: descriptor.number, from: Int32(max(16, descriptors.count))) else {
                throw StartFailure(number: errno)
            }
            copies.append(copy)
        }
        let numbers = copies.map { $0?.number ?? -1 }
        var process: Int32 = 0
        let result = withCStrings([path] + arguments) { words in
            withOptionalCStrings(environment?.map { "\($0.key)=\($0.value)" }) { variables in
                gyrus_spawn(&process, path, words, variables, directory, leadsSession, numbers, Int32(numbers.count))
            }
        }
        withExtendedLifetime(copies) {}
        guard result == 0 else { throw StartFailure(number: result) }
        return process
    }

    // MARK: - End

    /// Whether it is still running.
    package var isRunning: Bool { reap() == nil }

    /// Sends a signal, such as `SIGKILL`, unless it has ended.
    package func signal(_ signal: Int32) {
        status.withLock { if Self.reap(id, &$0) == nil { kill(id, signal) } }
    }

    /// Blocks this thread until the program ends.
    /// - Returns: Its exit status; 128 + n if signal n ended it.
    @discardableResult
    package func wait() -> Int32 {
        var request = pollfd(fd: ending.number, events: Int16(POLLIN), revents: 0)
        while true {
            if let status = reap() { return status }
            poll(&request, 1, -1)
        }
    }

    /// Waits until the program ends.
    /// - Returns: Its exit status; 128 + n if signal n ended it.
    @discardableResult
    package func end() async -> Int32 {
        if let status = reap() { return status }
        return await withCheckedContinuation { continuation in
            Self.whenReadable(ending, on: .global()) { continuation.resume(returning: self.wait()) }
        }
    }

    private func reap() -> Int32? { status.withLock { Self.reap(id, &$0) } }

    /// The status of a program whose end was not seen.
    private static let unknownStatus: Int32 = 255

    private static func reap(_ id: Int32, _ known: inout Int32?) -> Int32? {
        if known == nil {
            var status: Int32 = 0
            let ended = waitpid(id, &status, WNOHANG)
            if ended == id {
                known = status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
            } else if ended < 0, errno == ECHILD {
                // It has ended, but something else in this process took its status.
                known = unknownStatus
            }
        }
        return known
    }

    /// Calls a function once when any process ends, with the wait status if it was a child of this process, else nil.
    /// - Returns: False if there is no such process.
    package static func watch(
        _ process: Int32, on queue: DispatchQueue, onEnd: @escaping @Sendable (Int32?) -> Void
    ) -> Bool {
        let number = gyrus_pidfd_open(process)
        guard number >= 0 else { return false }
        reapAtEnd(process, Descriptor(number), on: queue, onEnd)
        return true
    }

    private static func reapAtEnd(
        _ process: Int32, _ ending: Descriptor, on queue: DispatchQueue, _ body: @escaping @Sendable (Int32?) -> Void
    ) {
        whenReadable(ending, on: queue) {
            var status: Int32 = 0
            body(waitpid(process, &status, WNOHANG) == process ? status : nil)
        }
    }

    private static func whenReadable(
        _ descriptor: Descriptor, on queue: DispatchQueue, _ body: @escaping @Sendable () -> Void
    ) {
        // A copy for each source: if two sources share a descriptor, the second can miss the event while the first is canceled.
        let copy = Descriptor(copying: descriptor.number) ?? descriptor
        let source = DispatchSource.makeReadSource(fileDescriptor: copy.number, queue: queue)
        // The handlers keep the source and its descriptor alive until the event.
        source.setEventHandler {
            source.cancel()
            body()
        }
        source.setCancelHandler { _ = copy }
        source.resume()
    }

    // MARK: - C

    private typealias CStrings = UnsafePointer<UnsafeMutablePointer<CChar>?>

    private static func withCStrings<R>(_ strings: [String], _ body: (CStrings) -> R) -> R {
        var pointers = strings.map { strdup($0) } + [nil]
        defer { pointers.forEach { free($0) } }
        return pointers.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("an array with an element has an address") }
            return body(UnsafePointer(base))
        }
    }

    private static func withOptionalCStrings<R>(_ strings: [String]?, _ body: (CStrings?) -> R) -> R {
        guard let strings else { return body(nil) }
        return withCStrings(strings, body)
    }
}
