#ifndef INTERREX_CSDS_SHIM_H
#define INTERREX_CSDS_SHIM_H

/* hiredis carries Redis's own sdssplitargs, which reads the lines of redis.conf: what our splitting is held against. */
#include <hiredis/sds.h>

#endif
