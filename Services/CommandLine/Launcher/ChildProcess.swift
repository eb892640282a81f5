import CProcess
@preconcurrency import Dispatch
import Glibc
import Model

/// Starting processes and learning of their end.
enum ChildProcess {
    /// Starts a program, found as a shell finds it, in a session of its own and returns its process identifier.
    ///
    /// `descriptors[i]` becomes descriptor `i`, `/dev/null` where there is none; no other descriptor is inherited.
    static func spawn(
        _ path: String, _ arguments: [String], environment: [String: String], descriptors: [Descriptor?]
    ) throws(SpawnFailure) -> pid_t {
        var copies: [Descriptor?] = []
        for descriptor in descriptors { copies.append(descriptor?.highCopy()) }
        let numbers = copies.map { $0?.number ?? -1 }
        var process: pid_t = 0
        let words = [path] + arguments
        let variables = environment.map { "\($0.key)=\($0.value)" }
        let result = withCStrings(words) { words in
            withCStrings(variables) { variables in
                gyrus_spawn(&process, path, words, variables, numbers, Int32(numbers.count))
            }
        }
        _ = copies
        guard result == 0 else { throw SpawnFailure(number: result) }
        return process
    }

    /// Why a program could not be started.
    struct SpawnFailure: Error {
        let number: Int32
    }

    private static func withCStrings<R>(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R
    ) -> R {
        var pointers = strings.map { strdup($0) } + [nil]
        defer { pointers.forEach { free($0) } }
        return pointers.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("an array with an element has an address") }
            return body(UnsafePointer(base))
        }
    }
}

extension ChildProcess {
    /// Calls `onEnd` once on the queue when the process has ended, whoever's child it is: with the wait status where it
    /// was a child of this process. False where there is no such process.
    static func watch(_ process: pid_t, on queue: DispatchQueue, onEnd: @escaping @Sendable (Int32?) -> Void) -> Bool {
        let number = gyrus_pidfd_open(process)
        guard number >= 0 else { return false }
        let descriptor = Descriptor(number)
        let source = DispatchSource.makeReadSource(fileDescriptor: number, queue: queue)
        // The handlers keep the source and its descriptor until the process has ended.
        source.setEventHandler {
            source.cancel()
            var status: Int32 = 0
            let isChild = waitpid(process, &status, WNOHANG) == process
            onEnd(isChild ? status : nil)
        }
        source.setCancelHandler { _ = descriptor }
        source.resume()
        return true
    }

    /// Runs a program to its end and tells whether it left with exit status 0 in time.
    static func succeeds(
        _ command: [String], environment: [String: String], within timeout: Duration, on queue: DispatchQueue,
        onEnd: @escaping @Sendable (Bool) -> Void
    ) throws(SpawnFailure) {
        let process = try spawn(
            command[0], Array(command.dropFirst()), environment: environment, descriptors: [nil, nil, nil])
        let killer = DispatchWorkItem { kill(-process, SIGKILL) }
        let isWatched = watch(process, on: queue) { status in
            // Same queue: the identifier cannot have passed to another process when the killer runs.
            killer.cancel()
            onEnd(status == 0)
        }
        guard isWatched else { return onEnd(false) }
        queue.asyncAfter(deadline: .now() + timeout.inSeconds, execute: killer)
    }
}
