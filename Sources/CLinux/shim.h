#ifndef INTERREX_CLINUX_SHIM_H
#define INTERREX_CLINUX_SHIM_H

/* What Swift's Glibc module lacks: headers that it leaves out, and what glibc shows only under _GNU_SOURCE (a
   define here comes too late, because the features were settled by an earlier include of the module build). */

#include <malloc.h>
#include <spawn.h>
#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <signal.h>
#include <unistd.h>

/* argv[0], the very pointer. Swift holds a global of C for shared state that anybody may change. */
extern char *program_invocation_name;
static inline char *linux_program_name(void) { return program_invocation_name; }

int pipe2(int ends[2], int flags);
int close_range(unsigned int first, unsigned int last, int flags);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);

/* syscall() is variadic, which Swift can't call; glibc wraps pidfds only from 2.36 on, in a header of its own. */
static inline int linux_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }
static inline int linux_pidfd_send_signal(int pidfd, int signal)
{
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

/* prctl() is variadic, too. Then no other process of the same user reads this one's memory or environment. */
static inline int linux_be_unreadable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

#endif
