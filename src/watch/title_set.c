#include "watch/title_set.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

struct title_set {
    const struct profile *profile;
    bool fold_case;
    uint32_t *slots; /* half of the hash of a title and the number of its columns, the rest says where; 0: none */
    size_t mask;
};

static const uint64_t hash_start = UINT64_C(0xCBF29CE484222325);

/* FNV-1a: the hash of each beginning of a name costs nothing more. */
static uint64_t hash_next(const struct title_set *t, uint64_t h, char c) {
    if (t->fold_case && c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
    return (h ^ (unsigned char)c) * UINT64_C(0x00000100000001B3);
}

static uint64_t hash_of(uint64_t h, int columns) {
    h = (h ^ (h >> 32)) * UINT64_C(0x9FB21C651E98DF25) + (uint64_t)columns * UINT64_C(0x9E3779B97F4A7C15);
    return h ^ h >> 29;
}

static uint32_t kept(uint64_t hash) { return (uint32_t)(hash >> 32) ? (uint32_t)(hash >> 32) : 1; }

static uint32_t *slot_of(const struct title_set *t, uint64_t hash) {
    size_t i = hash & t->mask;
    while (t->slots[i] != 0 && t->slots[i] != kept(hash)) i = (i + 1) & t->mask;
    return &t->slots[i];
}

struct title_set *title_set_new(const struct sweep_list *list, const struct profile *p, bool fold_case) {
    struct title_set *t = calloc(1, sizeof *t);
    size_t size = 16;
    while (size / 4 * 3 <= list->n_cases) size *= 2;
    if (t) t->slots = calloc(size, sizeof *t->slots);
    if (!t || !t->slots) abort();
    t->profile = p;
    t->fold_case = fold_case;
    t->mask = size - 1;
    for (size_t i = 0; i < list->n_cases; i++) {
        uint64_t h = hash_start;
        for (const char *c = list->cases[i].title; *c; c++) h = hash_next(t, h, *c);
        h = hash_of(h, list->cases[i].columns);
        *slot_of(t, h) = kept(h);
    }
    return t;
}

void title_set_free(struct title_set *t) {
    if (!t) return;
    free(t->slots);
    free(t);
}

/* Is there a title of this hash to which the rest of the name may belong? */
static bool has(const struct title_set *t, uint64_t h, const char *rest) {
    for (int columns = 1; columns <= PROFILE_MAX_COLUMNS; columns++) {
        if (*slot_of(t, hash_of(h, columns)) == 0) continue;
        if (!*rest || profile_is_continuation(t->profile, columns, rest)) return true;
    }
    return false;
}

bool title_set_matches(const struct title_set *t, const char *name) {
    uint64_t h = hash_start;
    for (; *name; name++) {
        if (*name == '_' && has(t, h, name)) return true;
        h = hash_next(t, h, *name);
    }
    return has(t, h, name);
}
