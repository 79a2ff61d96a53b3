#include "watch/name_set.h"

#include "model/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    struct entry *next;
    char name[];
};

struct name_set {
    struct entry **buckets;
    size_t n_buckets, n;
};

static void *must(void *p) {
    if (!p) abort();
    return p;
}

struct name_set *name_set_new(void) {
    struct name_set *s = must(calloc(1, sizeof *s));
    s->n_buckets = 64;
    s->buckets = must(calloc(s->n_buckets, sizeof *s->buckets));
    return s;
}

void name_set_free(struct name_set *s) {
    if (!s) return;
    for (size_t i = 0; i < s->n_buckets; i++) {
        for (struct entry *e = s->buckets[i], *next; e; e = next) {
            next = e->next;
            free(e);
        }
    }
    free(s->buckets);
    free(s);
}

static struct entry **slot_of(const struct name_set *s, const char *name) {
    struct entry **slot = &s->buckets[text_hash(name, strlen(name), 0) & (s->n_buckets - 1)];
    while (*slot && strcmp((*slot)->name, name) != 0) slot = &(*slot)->next;
    return slot;
}

static void grow(struct name_set *s) {
    struct name_set old = *s;
    s->n_buckets *= 2;
    s->buckets = must(calloc(s->n_buckets, sizeof *s->buckets));
    for (size_t i = 0; i < old.n_buckets; i++) {
        for (struct entry *e = old.buckets[i], *next; e; e = next) {
            next = e->next;
            struct entry **slot = slot_of(s, e->name);
            e->next = NULL;
            *slot = e;
        }
    }
    free(old.buckets);
}

void name_set_put(struct name_set *s, const char *name, bool in) {
    struct entry **slot = slot_of(s, name);
    if (in == (*slot != NULL)) return;
    if (!in) {
        struct entry *e = *slot;
        *slot = e->next;
        free(e);
        s->n--;
        return;
    }
    size_t len = strlen(name) + 1;
    struct entry *e = must(malloc(sizeof *e + len));
    e->next = NULL;
    memcpy(e->name, name, len);
    *slot = e;
    if (++s->n > s->n_buckets) grow(s);
}

void name_set_each(const struct name_set *s, void (*visit)(void *ctx, const char *name), void *ctx) {
    for (size_t i = 0; i < s->n_buckets; i++) {
        for (const struct entry *e = s->buckets[i]; e; e = e->next) visit(ctx, e->name);
    }
}

size_t name_set_count(const struct name_set *s) { return s->n; }
