#include "model/ranks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS_MIN = 256, NO_ENTRY = UINT32_MAX };

static void *must(void *p) {
    if (p == NULL) abort();
    return p;
}

struct entry {
    uint64_t key;
    uint32_t number; /* in the order in which they were first met */
};

/* The different keys; open addressing over numbers of entries, at most half full. */
struct set {
    struct entry *entry; /* [slots / 2] */
    uint32_t *slot;      /* [slots] */
    size_t n, slots;
};

static size_t slot_of(const struct set *s, uint64_t key) {
    uint64_t h = key * UINT64_C(0x9E3779B97F4A7C15); /* Fibonacci hashing: Knuth, TAOCP 3, 6.4 */
    size_t at = (size_t)(h >> 32) & (s->slots - 1);
    while (s->slot[at] != NO_ENTRY && s->entry[s->slot[at]].key != key) at = (at + 1) & (s->slots - 1);
    return at;
}

static void set_grow(struct set *s) {
    s->slots = s->slots > 0 ? 2 * s->slots : SLOTS_MIN;
    s->entry = must(realloc(s->entry, s->slots / 2 * sizeof *s->entry));
    s->slot = must(realloc(s->slot, s->slots * sizeof *s->slot));
    memset(s->slot, 0xFF, s->slots * sizeof *s->slot);
    for (size_t i = 0; i < s->n; i++) s->slot[slot_of(s, s->entry[i].key)] = (uint32_t)i;
}

static uint32_t number_of(struct set *s, uint64_t key) {
    size_t at = slot_of(s, key);
    if (s->slot[at] != NO_ENTRY) return s->slot[at];
    if (s->n == s->slots / 2) {
        set_grow(s);
        at = slot_of(s, key);
    }
    s->entry[s->n] = (struct entry){key, (uint32_t)s->n};
    s->slot[at] = (uint32_t)s->n;
    return (uint32_t)s->n++;
}

static int compare_entries(const void *a, const void *b) {
    const struct entry *x = a, *y = b;
    return x->key < y->key ? -1 : x->key > y->key ? 1 : 0;
}

/* rank[] holds numbers of the set; they become ranks. Frees the set. */
static size_t finish(struct set *s, size_t n, uint32_t rank[]) {
    uint32_t *place = s->slot; /* [s->n] of each number; what stood there is needed no more */
    size_t different = s->n;
    if (different > 0) qsort(s->entry, different, sizeof *s->entry, compare_entries);
    for (size_t i = 0; i < different; i++) place[s->entry[i].number] = (uint32_t)i;
    for (size_t i = 0; i < n; i++) rank[i] = place[rank[i]];
    free(s->entry);
    free(s->slot);
    return different;
}

/* Orders as the number does: the sign turns all bits of the negative ones round (IEEE 754 is sign and magnitude). */
static uint64_t key_of(double v) {
    uint64_t bits;
    if (isnan(v)) return 0;
    if (v == 0) v = 0; /* -0 is 0 */
    memcpy(&bits, &v, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

size_t ranks_of(const double v[], size_t n, uint32_t rank[]) {
    struct set s = {0};
    set_grow(&s);
    for (size_t i = 0; i < n; i++) rank[i] = number_of(&s, key_of(v[i]));
    return finish(&s, n, rank);
}

size_t ranks_refine(uint32_t rank[], size_t n, const uint32_t then[], size_t n_then) {
    struct set s = {0};
    set_grow(&s);
    for (size_t i = 0; i < n; i++) rank[i] = number_of(&s, (uint64_t)rank[i] * n_then + then[i]);
    return finish(&s, n, rank);
}
