@preconcurrency import Dispatch
import Glibc
import HelperProcesses
import Model

/// Checks of services.
enum Check {
    /// Runs a program and returns whether it exited with status 0 in time.
    static func succeeds(
        _ command: [String], environment: [String: String], within timeout: Duration, on queue: DispatchQueue,
        onEnd: @escaping @Sendable (Bool) -> Void
    ) throws(RunningProgram.StartFailure) {
        let process = try RunningProgram.start(
            command[0], Array(command.dropFirst()), environment: environment, descriptors: [nil, nil, nil])
        let killer = DispatchWorkItem { kill(-process, SIGKILL) }
        let isWatched = RunningProgram.watch(process, on: queue) { status in
            // Same queue: the identifier cannot have passed to another process when the killer runs.
            killer.cancel()
            onEnd(status == 0)
        }
        guard isWatched else { return onEnd(false) }
        queue.asyncAfter(deadline: .now() + timeout.inSeconds, execute: killer)
    }
}
