// Permanently takes from this process all rights except those needed to read one file.
#ifndef C_SANDBOX_H
#define C_SANDBOX_H

#include <stdbool.h>

enum sandbox_outcome {
    SANDBOX_ENTERED,
    // The kernel has no Landlock or no seccomp.
    SANDBOX_UNSUPPORTED,
    // errno says why.
    SANDBOX_FAILED,
};

// From here on the process and its threads can read files below `readable`, write files below `writable` (both end with
// a null pointer; missing entries are skipped), and nothing else: no other file, no network, no other program or
// process. Open files are closed, except for the three standard streams, unless `keeps_open_files`.
// Call it before any thread is started.
enum sandbox_outcome gyrus_sandbox_enter(
    const char *const *readable, const char *const *writable, bool keeps_open_files);

#endif
