#ifndef INTERREX_CLINUX_SHIM_H
#define INTERREX_CLINUX_SHIM_H

/* What Swift's Glibc module lacks: headers that it leaves out, and what glibc shows only under _GNU_SOURCE (a
   define here comes too late, because the features were settled by an earlier include of the module build). */

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

/* argv[0], the very pointer. Swift holds a global of C for shared state that anybody may change. */
extern char *program_invocation_name;
static inline char *linux_program_name(void) { return program_invocation_name; }

int pipe2(int ends[2], int flags);
int memfd_create(const char *name, unsigned int flags);
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

/* Starts a program that the kernel ends with the thread that started it: descriptor 3 is `settings`, both outputs go to
   `output`, nothing else is inherited but the environment. It leads a process group of its own. Returns the child, or the
   negative errno of what failed; `tried` tells whether that was execv.

   vfork, because the child shares our memory until it has become the program: that is how it says why it could not. */
static inline pid_t linux_start_bound(const char *path, char *const argv[], int settings, int output, int *tried)
{
    volatile int executes = 0;
    long most = sysconf(_SC_OPEN_MAX);
    sigset_t all, old, none;
    volatile int problem = 0;
    pid_t parent = getpid();
    sigfillset(&all);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &all, &old);
    pid_t child = vfork();
    if (child == 0) {
        for (int number = 1; number < 65; number++) signal(number, SIG_DFL);
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        setpgid(0, 0);
        int null = open("/dev/null", O_RDONLY);
        if (getppid() == parent && null >= 0 && dup2(null, 0) == 0 && dup2(output, 1) == 1 && dup2(output, 2) == 2
            && dup2(settings, 3) == 3) {
            /* Linux 5.9, and no old seccomp profile knows it. */
            if (close_range(4, ~0U, 0) != 0) {
                for (int number = 4; number < most && number < 65536; number++) close(number);
            }
            sigprocmask(SIG_SETMASK, &none, NULL);
            executes = 1;
            execv(path, argv);
        }
        problem = errno;
        _exit(127);
    }
    int failure = child < 0 ? errno : problem;
    *tried = executes;
    sigprocmask(SIG_SETMASK, &old, NULL);
    if (child > 0 && failure != 0) {
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
    }
    return failure == 0 ? child : -failure;
}

#endif
