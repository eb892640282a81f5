import Glibc

/// Ends this process, by `SIGIO`, when nobody holds the other end of stdin any more: whoever asked for its work is gone.
///
/// To be called once everything has been read from stdin, because more of it would end the process, too. Nothing happens
/// unless stdin is a pipe. No thread is needed, so the process can still be confined.
/// - Parameter input: Stdin, or a copy of it.
package func endWithCaller(at input: Int32 = STDIN_FILENO) {
    var status = stat()
    guard fstat(input, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else { return }
    signal(SIGIO, SIG_DFL)
    _ = fcntl(input, F_SETOWN, getpid())
    _ = fcntl(input, F_SETFL, fcntl(input, F_GETFL) | O_ASYNC)
    // The caller may have gone before.
    var request = pollfd(fd: input, events: 0, revents: 0)
    if poll(&request, 1, 0) > 0, request.revents & Int16(POLLHUP) != 0 { _exit(1) }
}
