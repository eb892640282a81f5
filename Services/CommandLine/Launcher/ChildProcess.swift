import CProcess
@preconcurrency import Dispatch
import Glibc
import Model

/// Starts processes and reports when they end.
enum ChildProcess {
    /// Starts a program, found as a shell finds it, in its own session and returns its process ID.
    ///
    /// `descriptors[i]` becomes descriptor `i`, or `/dev/null` if it is nil; no other descriptor is inherited.
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
    /// Calls `onEnd` once on the queue when the process, of any parent, has ended. The wait status is only known for
    /// children of this process. Returns false if there is no such process.
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

    /// Runs a program until it ends and returns whether it exited with status 0 in time.
    static func succeeds(
        _ command: [String], environment: [String: String], within timeout: Duration, on queue: DispatchQueue,
        onEnd: @escaping @Sendable (Bool) -> Void
    ) throws(SpawnFailure) {
        let process = try spawn(
            command[0], Array(command.dropFirst()), environment: environment, descriptors: [nil, nil, nil])
        let killer = DispatchWorkItem { kill(-process, SIGKILL) }
        let isWatched = watch(process, on: queue) { status in
            // On the same queue, so that the process ID cannot belong to another process when the killer runs.
            killer.cancel()
            onEnd(status == 0)
        }
        guard isWatched else { return onEnd(false) }
        queue.asyncAfter(deadline: .now() + timeout.inSeconds, execute: killer)
    }
}
