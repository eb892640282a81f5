// gyrus-keeper: stands between the supervisor and one process of a service.
//
// It gives the process its own session, writes the process's output to a bounded log, stops it on request (signal, grace
// period, kill), and leaves none of its descendants behind when the process ends. It is a separate program, in C, because
// it must start within a millisecond and outlive a killed supervisor: a new supervisor finds it by the lock on its record
// and takes it over. With a leash, it does the opposite: the supervisor's death ends the process.
//
// usage: gyrus-keeper LOG MAX_BYTES MAX_FILES GRACE_MS STOP_SIGNAL LEASH DIRECTORY COMMAND [ARGUMENT…]
//
// File descriptor 3 is the record, already locked by the supervisor (the lock lives as long as this process).
// LEASH is a file descriptor that reaches end of file when the supervisor is gone, or -1.
// Signals: SIGTERM stops the process with grace, SIGQUIT kills it at once.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// A longer line, or one that stays unfinished, is written in pieces: a '+' after the time of all but the last piece
// means that the line continues.
enum { RECORD = 3, LINE_LIMIT = 16384, PATIENCE_MS = 500 };

// MARK: - Time

static int64_t monotonic_milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t wall_microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

// MARK: - The log

static struct {
    const char *path;
    int64_t max_bytes;
    int max_files;
    int file;
    int64_t size;
    char line[LINE_LIMIT];
    size_t length;
    bool goes_on;
} sink;

static void log_open(void) {
    sink.file = open(sink.path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    struct stat status;
    sink.size = sink.file >= 0 && fstat(sink.file, &status) == 0 ? status.st_size : 0;
}

static void log_rotate(void) {
    char older[4096], newer[4096];
    for (int number = sink.max_files - 1; number > 0; number--) {
        snprintf(older, sizeof older, "%s.%d", sink.path, number);
        if (number == 1) snprintf(newer, sizeof newer, "%s", sink.path);
        else snprintf(newer, sizeof newer, "%s.%d", sink.path, number - 1);
        rename(newer, older);
    }
    if (sink.max_files <= 1) unlink(sink.path);
    if (sink.file >= 0) close(sink.file);
    log_open();
}

// Writes the collected text with its time. If the disk is full, lines are lost, but the service keeps running.
static void log_flush(bool is_end) {
    bool has_end = is_end || (sink.length > 0 && sink.line[sink.length - 1] == '\n');
    if (sink.length == 0 && !(has_end && sink.goes_on)) return;
    sink.goes_on = !has_end;
    int64_t now = wall_microseconds();
    time_t seconds = now / 1000000;
    struct tm parts;
    gmtime_r(&seconds, &parts);
    char text[LINE_LIMIT + 64];
    size_t used = strftime(text, 32, "%Y-%m-%dT%H:%M:%S", &parts);
    used += (size_t)snprintf(text + used, 32, ".%06" PRId64 "Z%s ", now % 1000000, has_end ? "" : "+");
    memcpy(text + used, sink.line, sink.length);
    used += sink.length;
    if (text[used - 1] != '\n') text[used++] = '\n';
    sink.length = 0;
    if (sink.size > 0 && sink.size + (int64_t)used > sink.max_bytes) log_rotate();
    if (sink.file < 0) log_open();
    if (sink.file < 0) return;
    ssize_t written = write(sink.file, text, used);
    if (written > 0) sink.size += written;
}

static void log_append(const char *bytes, size_t count) {
    for (size_t index = 0; index < count; index++) {
        sink.line[sink.length++] = bytes[index];
        if (bytes[index] == '\n' || sink.length == LINE_LIMIT - 1) log_flush(false);
    }
}

// Returns false at the end of file.
static bool log_drain(int output) {
    char buffer[65536];
    for (;;) {
        ssize_t count = read(output, buffer, sizeof buffer);
        if (count > 0) log_append(buffer, (size_t)count);
        else if (count < 0 && errno == EINTR) continue;
        else return count < 0 && errno == EAGAIN;
    }
}

// MARK: - The record

static void record(pid_t process, int64_t started, const char *outcome, int value) {
    char text[256];
    int length = snprintf(
        text, sizeof text, "keeper %d\nprocess %d\nstarted %" PRId64 "\n", getpid(), process, started);
    if (outcome != NULL)
        length += snprintf(
            text + length, sizeof text - (size_t)length, "ended %" PRId64 "\n%s %d\n", wall_microseconds(), outcome,
            value);
    length += snprintf(text + length, sizeof text - (size_t)length, "complete\n");
    if (pwrite(RECORD, text, (size_t)length, 0) == length) (void)!ftruncate(RECORD, length);
}

// MARK: - The process

static void start_failed(int report, const char *what) {
    int reason = errno;
    (void)!write(report, &reason, sizeof reason);
    dprintf(STDERR_FILENO, "cannot start: %s: %s\n", what, strerror(reason));
    _exit(127);
}

static void become(char **command, const char *directory, int output, int report, pid_t keeper) {
    // The kernel kills the process if the keeper itself is killed.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != keeper) _exit(127);
    setpgid(0, 0);
    int nothing = open("/dev/null", O_RDONLY);
    if (nothing >= 0) dup2(nothing, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (directory[0] != '\0' && chdir(directory) != 0) start_failed(report, directory);
    execvp(command[0], command);
    start_failed(report, command[0]);
}

// Kills every descendant, including those that left the process group: the keeper is the subreaper of orphans.
static void sweep(pid_t group) {
    kill(-group, SIGKILL);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
    for (int round = 0; round < 1000; round++) {
        while (waitpid(-1, NULL, WNOHANG) > 0) {}
        FILE *list = fopen(path, "re");
        if (list == NULL) return;
        int found = 0, child;
        while (fscanf(list, "%d", &child) == 1) {
            kill(child, SIGKILL);
            found++;
        }
        fclose(list);
        if (found == 0) return;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
}

int main(int count, char **arguments) {
    if (count < 9) {
        fputs("gyrus-keeper is started by gyrus; see gyrus help up\n", stderr);
        return 2;
    }
    sink.path = arguments[1];
    sink.max_bytes = strtoll(arguments[2], NULL, 10);
    sink.max_files = atoi(arguments[3]);
    int64_t grace = strtoll(arguments[4], NULL, 10);
    int stop_signal = atoi(arguments[5]);
    int leash = atoi(arguments[6]);
    const char *directory = arguments[7];
    char **command = arguments + 8;

    fcntl(RECORD, F_SETFD, FD_CLOEXEC);
    if (leash >= 0) fcntl(leash, F_SETFD, FD_CLOEXEC);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    log_open();

    sigset_t handled;
    sigemptyset(&handled);
    sigaddset(&handled, SIGCHLD);
    sigaddset(&handled, SIGTERM);
    sigaddset(&handled, SIGQUIT);
    sigaddset(&handled, SIGINT);
    sigaddset(&handled, SIGHUP);
    sigprocmask(SIG_BLOCK, &handled, NULL);
    signal(SIGPIPE, SIG_IGN);
    int signals = signalfd(-1, &handled, SFD_CLOEXEC | SFD_NONBLOCK);

    int output[2], report[2];
    if (signals < 0 || pipe2(output, O_CLOEXEC) != 0 || pipe2(report, O_CLOEXEC) != 0) {
        record(0, wall_microseconds(), "failed", errno);
        return 127;
    }
    int64_t started = wall_microseconds();
    pid_t keeper = getpid();
    pid_t process = fork();
    if (process == 0) become(command, directory, output[1], report[1], keeper);
    if (process < 0) {
        record(0, started, "failed", errno);
        return 127;
    }
    setpgid(process, process);
    close(output[1]);
    close(report[1]);
    fcntl(output[0], F_SETFL, O_NONBLOCK);
    int start_error = 0;
    if (read(report[0], &start_error, sizeof start_error) != sizeof start_error) start_error = 0;
    close(report[0]);
    if (start_error == 0) record(process, started, NULL, 0);

    bool ended = false, open_output = true;
    int status = 0;
    int64_t kill_at = -1;
    while (!ended) {
        struct pollfd watched[3] = {
            {.fd = signals, .events = POLLIN},
            {.fd = open_output ? output[0] : -1, .events = POLLIN},
            {.fd = leash, .events = POLLIN},
        };
        int64_t wait = kill_at < 0 ? -1 : kill_at - monotonic_milliseconds();
        int time = kill_at < 0 ? -1 : wait < 0 ? 0 : (int)(wait > 60000 ? 60000 : wait);
        if (sink.length > 0 && (time < 0 || time > PATIENCE_MS)) time = PATIENCE_MS;
        if (poll(watched, 3, time) == 0) log_flush(false);

        bool stop = false;
        struct signalfd_siginfo received;
        while (read(signals, &received, sizeof received) == sizeof received) {
            if (received.ssi_signo == SIGTERM) stop = true;
            if (received.ssi_signo == SIGQUIT) kill(-process, SIGKILL);
        }
        if (leash >= 0 && watched[2].revents != 0) {
            stop = true;
            leash = -1;
        }
        if (stop && kill_at < 0) {
            kill_at = monotonic_milliseconds() + grace;
            kill(-process, stop_signal);
        }
        if (kill_at >= 0 && monotonic_milliseconds() >= kill_at) kill(-process, SIGKILL);
        if (open_output && watched[1].revents != 0) open_output = log_drain(output[0]);
        for (pid_t child; (child = waitpid(-1, &status, WNOHANG)) > 0;) {
            if (child == process) {
                ended = true;
                break;
            }
        }
    }

    int outcome = status;
    sweep(process);
    if (open_output) log_drain(output[0]);
    log_flush(true);
    if (start_error != 0) record(process, started, "failed", start_error);
    else if (WIFSIGNALED(outcome)) record(process, started, "signal", WTERMSIG(outcome));
    else record(process, started, "exit", WEXITSTATUS(outcome));
    return WIFSIGNALED(outcome) ? 128 + WTERMSIG(outcome) : WEXITSTATUS(outcome);
}
