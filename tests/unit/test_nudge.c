/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A thread is fetched and may run where it might before; a thread with a home stays there. */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/nudge.h"

static pthread_mutex_t hold = PTHREAD_MUTEX_INITIALIZER;

static void *wait_until_let(void *ctx)
{
    pthread_mutex_lock(&hold);
    pthread_mutex_unlock(&hold);
    return ctx;
}

static int processors(pthread_t thread)
{
    cpu_set_t may;
    assert_int_equal(pthread_getaffinity_np(thread, sizeof may, &may), 0);
    return CPU_COUNT(&may);
}

static void homes(void **state)
{
    pthread_t thread;
    int all = processors(pthread_self());
    (void)state;
    pthread_mutex_lock(&hold);
    assert_int_equal(pthread_create(&thread, NULL, wait_until_let, NULL), 0);
    nudge_home(thread, all); /* there is none */
    nudge_home(thread, -1);
    assert_int_equal(processors(thread), all);
    nudge_home(thread, all - 1);
    assert_int_equal(processors(thread), 1);
    assert_int_equal(processors(pthread_self()), all);
    pthread_mutex_unlock(&hold);
    pthread_join(thread, NULL);
}

static int inherited, then;

static void *child(void *ctx)
{
    inherited = processors(pthread_self());
    nudge_anywhere();
    then = processors(pthread_self());
    return ctx;
}

static void *begins_another(void *ctx)
{
    pthread_t thread;
    nudge_home(pthread_self(), 0);
    if (pthread_create(&thread, NULL, child, NULL) == 0)
        pthread_join(thread, NULL);
    return ctx;
}

static void anywhere(void **state)
{
    pthread_t thread;
    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, begins_another, NULL), 0);
    pthread_join(thread, NULL);
    assert_int_equal(inherited, 1);
    assert_int_equal(then, processors(pthread_self()));
}

static void fetched(void **state)
{
    int all = processors(pthread_self());
    (void)state;
    nudge(gettid());
    assert_int_equal(processors(pthread_self()), all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(homes), cmocka_unit_test(anywhere),
                                       cmocka_unit_test(fetched)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
