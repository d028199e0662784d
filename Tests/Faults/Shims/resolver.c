// LD_PRELOAD: a name service that a test can take down. Names that end in ".test" are looked up, at each call, in the
// file that RESOLVER_HOSTS names: "name address" a line. Without that file the name service is down.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int resolve(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
    resolve *real = (resolve *)dlsym(RTLD_NEXT, "getaddrinfo");
    size_t length = name ? strlen(name) : 0;
    if (length < 5 || strcmp(name + length - 5, ".test") != 0) return real(name, service, hints, found);

    FILE *hosts = fopen(getenv("RESOLVER_HOSTS"), "re");
    if (hosts == NULL) {
        // As with a name server that doesn't answer: the caller is held up, and then has nothing.
        usleep(500 * 1000);
        return EAI_AGAIN;
    }
    char known[256], address[64];
    int code = EAI_NONAME;
    while (fscanf(hosts, "%255s %63s", known, address) == 2) {
        if (strcmp(known, name) == 0) {
            code = real(address, service, hints, found);
            break;
        }
    }
    fclose(hosts);
    return code;
}
