#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

int gyrus_pidfd_open(pid_t process) { return pidfd_open(process, 0); }

int gyrus_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int gyrus_accept(int listener) { return accept4(listener, NULL, NULL, SOCK_CLOEXEC); }

int gyrus_spawn(
    pid_t *process, const char *path, char *const arguments[], char *const environment[],
    const char *directory, bool leads_session, const int descriptors[], int count) {
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    int failure = posix_spawnattr_init(&attributes);
    if (failure != 0) return failure;
    failure = posix_spawn_file_actions_init(&actions);
    if (failure != 0) {
        posix_spawnattr_destroy(&attributes);
        return failure;
    }
    sigset_t all, none;
    sigfillset(&all);
    sigdelset(&all, SIGKILL);
    sigdelset(&all, SIGSTOP);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    const short session = leads_session ? POSIX_SPAWN_SETSID : 0;
    posix_spawnattr_setflags(&attributes, session | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    // The caller duplicated the descriptors to numbers of at least `count`, so that none is overwritten before it is used.
    for (int index = 0; index < count && failure == 0; index++) {
        if (descriptors[index] >= 0)
            failure = posix_spawn_file_actions_adddup2(&actions, descriptors[index], index);
        else
            failure = posix_spawn_file_actions_addopen(&actions, index, "/dev/null", O_RDWR, 0);
    }
    if (failure == 0) failure = posix_spawn_file_actions_addclosefrom_np(&actions, count);
    if (failure == 0 && directory) failure = posix_spawn_file_actions_addchdir_np(&actions, directory);
    if (failure == 0)
        failure = posix_spawnp(process, path, &actions, &attributes, arguments, environment ? environment : environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return failure;
}
