#ifndef INTERREX_CHIREDIS_SHIM_H
#define INTERREX_CHIREDIS_SHIM_H

/* Only the reply parser: Debian's build of hiredis's asynchronous half aborts the process on one unasked reply. */
#include <stddef.h>
#include <stdlib.h>
#include <hiredis/read.h>

#endif
