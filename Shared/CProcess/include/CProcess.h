#ifndef GYRUS_CPROCESS_H
#define GYRUS_CPROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/// Opens a descriptor that becomes readable when the process ends; -1 with `errno` on failure.
int gyrus_pidfd_open(pid_t process);

/// Creates a pipe whose ends are not inherited; returns 0 or -1 with `errno`.
int gyrus_pipe(int ends[2]);

/// Accepts a connection whose descriptor is not inherited; -1 with `errno` on failure.
int gyrus_accept(int listener);

/// Starts `path` (searched for in `PATH` if it has no slash) with exactly the given descriptors.
///
/// `descriptors[i]` becomes descriptor `i` of the new process (-1: `/dev/null`); all others are closed. A null
/// environment or directory stands for that of this process.
/// Returns 0 or an error number.
int gyrus_spawn(
    pid_t *process, const char *path, char *const arguments[], char *const environment[],
    const char *directory, bool leads_session, const int descriptors[], int count);

#endif
