// Takes from this process, for good, all rights but those that reading one file needs.
#ifndef C_SANDBOX_H
#define C_SANDBOX_H

enum sandbox_outcome {
    SANDBOX_ENTERED,
    // The kernel has no Landlock or no seccomp.
    SANDBOX_UNSUPPORTED,
    // errno says why.
    SANDBOX_FAILED,
};

// From here on the process and its threads can read what lies below `readable`, write what lies below `writable` (both
// end with a null pointer; what is not there is passed over), and nothing else: no other file, no network, no other
// program or process. Files that it has inherited are closed, but for the three standard streams.
// Call it before any thread is started.
enum sandbox_outcome gyrus_sandbox_enter(const char *const *readable, const char *const *writable);

#endif
