/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Messages of the national interface: read or refused with a reason, and what was read hangs together. */
#include <stdint.h>
#include <stdlib.h>

#include "check/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct arena a = ARENA_INIT;
    struct message m;
    struct err e = {0};
    int rc = message_read((struct span){(const char *)p, n}, &a, &m, &e);
    if (rc < 0 && (!e.code || !e.message[0]))
        abort();
    for (size_t i = 0; rc == 0 && i < m.n_patient; i++) {
        const struct new_events *ev = &m.patient[i].ev;
        if (!ev->psn_no.n || !ev->n_visit)
            abort();
        for (size_t k = 0; k < ev->n_line; k++)
            if (ev->line[k].visit >= ev->n_visit || ev->line[k].t == SEC_NONE || !ev->line[k].id.n)
                abort();
    }
    arena_release(&a);
    return 0;
}
