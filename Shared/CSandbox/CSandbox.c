#define _GNU_SOURCE
#include "CSandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// MARK: - Files: Landlock

// The headers can be older than the kernel.
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV (1ULL << 15)
#endif

#define READING (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITING                                                                                                        \
    (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE                      \
     | LANDLOCK_ACCESS_FS_TRUNCATE)
// Rights that can be granted on a file that is not a folder.
#define OF_FILES                                                                                                       \
    (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE                         \
     | LANDLOCK_ACCESS_FS_TRUNCATE)

// All rights in version 1 of the interface.
static uint64_t handled_by(long version) {
    uint64_t rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
    if (version >= 2) rights |= LANDLOCK_ACCESS_FS_REFER;
    if (version >= 3) rights |= LANDLOCK_ACCESS_FS_TRUNCATE;
    if (version >= 5) rights |= LANDLOCK_ACCESS_FS_IOCTL_DEV;
    return rights;
}

static int allow(int rules, const char *const *paths, uint64_t rights) {
    for (; *paths != NULL; paths++) {
        struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = open(*paths, O_PATH | O_CLOEXEC)};
        if (rule.parent_fd < 0) continue;
        struct stat status;
        if (fstat(rule.parent_fd, &status) == 0 && !S_ISDIR(status.st_mode)) rule.allowed_access &= OF_FILES;
        const long added = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
        close(rule.parent_fd);
        if (added != 0) return -1;
    }
    return 0;
}

static enum sandbox_outcome confine_files(const char *const *readable, const char *const *writable) {
    const long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 0) return errno == ENOSYS || errno == EOPNOTSUPP ? SANDBOX_UNSUPPORTED : SANDBOX_FAILED;
    // Without a separate right to truncate, a file that may only be read could be emptied.
    if (version < 3) return SANDBOX_UNSUPPORTED;
    struct landlock_ruleset_attr attributes = {.handled_access_fs = handled_by(version)};
    const int rules = (int)syscall(
        SYS_landlock_create_ruleset, &attributes, sizeof attributes.handled_access_fs, 0);
    if (rules < 0) return SANDBOX_FAILED;
    const int failed = allow(rules, readable, READING) != 0 || allow(rules, writable, READING | WRITING) != 0
        || syscall(SYS_landlock_restrict_self, rules, 0) != 0;
    close(rules);
    return failed ? SANDBOX_FAILED : SANDBOX_ENTERED;
}

// MARK: - Network and processes: seccomp

#if defined(__x86_64__)
#define THIS_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, field))
#define ANSWER(value) BPF_STMT(BPF_RET | BPF_K, (value))
#define REFUSED (SECCOMP_RET_ERRNO | EPERM)
// Refuses a call whose number is loaded.
#define REFUSE(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), ANSWER(REFUSED)

static int confine_calls(void) {
#ifdef THIS_ARCHITECTURE
    struct sock_filter filter[] = {
        LOAD(arch),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_ARCHITECTURE, 1, 0),
        ANSWER(SECCOMP_RET_KILL_PROCESS),
        LOAD(nr),
#ifdef __x86_64__
        // Calls of the 32-bit interface have the same numbers with this bit.
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
        ANSWER(REFUSED),
        REFUSE(SYS_fork),
        REFUSE(SYS_vfork),
        REFUSE(SYS_chmod),
        REFUSE(SYS_chown),
        REFUSE(SYS_lchown),
        REFUSE(SYS_utime),
        REFUSE(SYS_utimes),
        REFUSE(SYS_futimesat),
#endif
        // Sockets, other programs, other processes.
        REFUSE(SYS_socket),
        REFUSE(SYS_socketpair),
        REFUSE(SYS_connect),
        REFUSE(SYS_bind),
        REFUSE(SYS_execve),
        REFUSE(SYS_execveat),
        REFUSE(SYS_kill),
        REFUSE(SYS_tkill),
        REFUSE(SYS_ptrace),
        REFUSE(SYS_process_vm_readv),
        REFUSE(SYS_process_vm_writev),
        REFUSE(SYS_pidfd_open),
        REFUSE(SYS_shmget),
        REFUSE(SYS_msgget),
        REFUSE(SYS_semget),
        // File operations that Landlock does not cover.
        REFUSE(SYS_fchmod),
        REFUSE(SYS_fchmodat),
        REFUSE(SYS_fchown),
        REFUSE(SYS_fchownat),
        REFUSE(SYS_utimensat),
        REFUSE(SYS_setxattr),
        REFUSE(SYS_lsetxattr),
        REFUSE(SYS_fsetxattr),
        REFUSE(SYS_removexattr),
        REFUSE(SYS_lremovexattr),
        REFUSE(SYS_fremovexattr),
        // Ways around this filter, and around the limits.
        REFUSE(SYS_io_uring_setup),
        REFUSE(SYS_bpf),
        REFUSE(SYS_perf_event_open),
        REFUSE(SYS_userfaultfd),
        REFUSE(SYS_open_by_handle_at),
        REFUSE(SYS_mount),
        REFUSE(SYS_umount2),
        REFUSE(SYS_pivot_root),
        REFUSE(SYS_chroot),
        REFUSE(SYS_unshare),
        REFUSE(SYS_setns),
        REFUSE(SYS_add_key),
        REFUSE(SYS_request_key),
        REFUSE(SYS_keyctl),
        // Threads only; the newer call, whose flags are not visible here, is answered as if it did not exist.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
        ANSWER(SECCOMP_RET_ERRNO | ENOSYS),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3),
        LOAD(args[0]),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0),
        ANSWER(REFUSED),
        ANSWER(SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
#else
    errno = ENOSYS;
    return -1;
#endif
}

enum sandbox_outcome gyrus_sandbox_enter(
    const char *const *readable, const char *const *writable, bool keeps_open_files) {
    if (!keeps_open_files && close_range(3, ~0U, 0) != 0 && errno != ENOSYS) return SANDBOX_FAILED;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return SANDBOX_FAILED;
    const enum sandbox_outcome files = confine_files(readable, writable);
    if (files != SANDBOX_ENTERED) return files;
    if (confine_calls() != 0) return errno == ENOSYS || errno == EINVAL ? SANDBOX_UNSUPPORTED : SANDBOX_FAILED;
    return SANDBOX_ENTERED;
}
