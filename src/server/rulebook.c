/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "server/rulebook.h"

#include <pthread.h>

#include "server/server.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct huji_library *book;

int rulebook_get(struct server *s, const struct huji_library **out, struct err *e)
{
    int rc = 0;

    pthread_mutex_lock(&lock);
    if (!book)
        rc = server_library_read(s, false, &book, e);
    if (!rc)
        *out = book;
    pthread_mutex_unlock(&lock);
    return rc;
}
