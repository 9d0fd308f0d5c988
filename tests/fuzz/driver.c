/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Runs a fuzz target without libFuzzer: each seed as it is, then mutated, the same way every time.
 * usage: fuzz_X ROUNDS SEED-FILE... (or SECONDSs ROUNDS = until then) */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static uint64_t state = 88172645463325252ull;

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

struct seed {
    uint8_t *p;
    size_t n;
};

static struct seed load(const char *path)
{
    struct seed s = {NULL, 0};
    FILE *f = fopen(path, "rb");
    if (!f) {
        fprintf(stderr, "no %s\n", path);
        exit(2);
    }
    fseek(f, 0, SEEK_END);
    s.n = (size_t)ftell(f);
    rewind(f);
    s.p = malloc(s.n + 1);
    if (fread(s.p, 1, s.n, f) != s.n)
        exit(2);
    fclose(f);
    return s;
}

/* A copy with up to 8 changes: a bit, a byte, a number at its limit, a piece moved, cut off, or from another seed. */
static struct seed mutate(struct seed s, struct seed other)
{
    static const uint8_t edge[] = {0,   1,   0x7f, 0x80, 0xff, '"', ',',
                                   '<', '&', '\n', '@',  '|',  '0', 'E'};
    struct seed m = {malloc(s.n + other.n + 16), s.n};
    if (s.n)
        memcpy(m.p, s.p, s.n);
    for (uint64_t k = next() % 8 + 1; k && m.n > 1; k--) {
        size_t at = next() % m.n, len = next() % 64 % (m.n - at) + 1;
        switch (next() % 7) {
        case 0: m.p[at] ^= (uint8_t)(1u << next() % 8); break;
        case 1: m.p[at] = edge[next() % sizeof edge]; break;
        case 2: memset(m.p + at, (int)(next() % 2 ? 0xff : 0), len < 8 ? len : 4); break;
        case 3: memmove(m.p + next() % (m.n - len + 1), m.p + at, len); break;
        case 4: m.n = next() % 4 ? m.n : at + 1; break;
        case 5:
            memmove(m.p + at, m.p + at + len, m.n - at - len);
            m.n -= len;
            break;
        default:
            if (other.n > 8 && m.n + 64 < s.n + other.n) {
                size_t from = next() % (other.n - 4), n = next() % 60 % (other.n - from) + 1;
                memmove(m.p + at + n, m.p + at, m.n - at);
                memcpy(m.p + at, other.p + from, n);
                m.n += n;
            }
        }
    }
    return m;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    char *unit;
    long rounds = strtol(argv[1], &unit, 10);
    time_t until = *unit == 's' ? time(NULL) + rounds : 0;
    int n = argc - 2;
    struct seed *seeds = calloc((size_t)n, sizeof *seeds);
    long done = 0;
    for (int i = 0; i < n; i++) {
        seeds[i] = load(argv[i + 2]);
        LLVMFuzzerTestOneInput(seeds[i].p, seeds[i].n);
    }
    for (; until ? time(NULL) < until : done < rounds; done++) {
        struct seed m = mutate(seeds[next() % (uint64_t)n], seeds[next() % (uint64_t)n]);
        uint8_t *exact = malloc(m.n ? m.n : 1); /* so that ASan sees one byte too far */
        memcpy(exact, m.p, m.n);
        free(m.p);
        FILE *f = getenv("FUZZ_KEEP") ? fopen(getenv("FUZZ_KEEP"), "wb") : NULL;
        if (f) {
            fwrite(exact, 1, m.n, f);
            fclose(f);
        }
        LLVMFuzzerTestOneInput(exact, m.n);
        free(exact);
    }
    for (int i = 0; i < n; i++)
        free(seeds[i].p);
    free(seeds);
    fprintf(stderr, "%ld inputs\n", done);
    return 0;
}
