import Glibc

/// Ends this process, by `SIGIO`, when the other end of stdin is closed, because its caller is gone.
///
/// Call it once everything has been read from stdin, because more input would end the process, too. Does nothing unless
/// stdin is a pipe. It needs no thread, so the process can still be confined.
/// - Parameter input: Stdin, or a copy of it.
package func endWithCaller(at input: Int32 = STDIN_FILENO) {
    var status = stat()
    guard fstat(input, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else { return }
    signal(SIGIO, SIG_DFL)
    _ = fcntl(input, F_SETOWN, getpid())
    _ = fcntl(input, F_SETFL, fcntl(input, F_GETFL) | O_ASYNC)
    // The caller may be gone already.
    var request = pollfd(fd: input, events: 0, revents: 0)
    if poll(&request, 1, 0) > 0, request.revents & Int16(POLLHUP) != 0 { _exit(1) }
}
