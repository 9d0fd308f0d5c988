/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A progress bar on stderr: on a terminal only, and only for what takes over a second. Ctrl-C asks the worker to stop. */
#ifndef HUJI_CLI_BAR_H
#define HUJI_CLI_BAR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/progress.h"

struct bar {
    struct progress progress; /* give &bar.progress to the worker */
    int64_t began, drawn;     /* milliseconds */
    bool on, shown;
    const char *what;
    int64_t what_began;
};

void bar_begin(struct bar *b);
/* Takes the bar off the screen until the next step, for a line of text. */
void bar_hide(struct bar *b);
void bar_end(struct bar *b); /* takes the bar off the screen */
/* Was Ctrl-C pressed since bar_begin? */
bool bar_interrupted(void);

#endif
