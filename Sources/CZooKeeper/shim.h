#ifndef INTERREX_CZOOKEEPER_SHIM_H
#define INTERREX_CZOOKEEPER_SHIM_H

/* zookeeper.h hides the asynchronous and the threaded half of its interface behind THREADED. */
#ifndef THREADED
#define THREADED
#endif
#include <zookeeper/zookeeper.h>

#endif
