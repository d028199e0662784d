// LD_PRELOAD: a process that can make no more connections, as one that may open no more files, while the file that NO_SOCKETS
// names exists. What is open stays so, and other files can be opened.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int socket(int domain, int type, int protocol) {
    int (*real)(int, int, int) = (int (*)(int, int, int))dlsym(RTLD_NEXT, "socket");
    const char *path = getenv("NO_SOCKETS");
    if ((domain == AF_INET || domain == AF_INET6) && path && access(path, F_OK) == 0) {
        errno = EMFILE;
        return -1;
    }
    return real(domain, type, protocol);
}
