#include "model/said.h"

#include "model/text.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_BUCKETS = 64 };

/* With its strings in one allocation. */
struct said_kept {
    struct case_said said; /* first: a pointer to it is one to this */
    struct said_kept *next;
    uint64_t hash;
    size_t users;
    char text[];
};

static void *must(void *p) {
    if (!p) abort();
    return p;
}

static size_t size_of(const char *s) { return s ? strlen(s) + 1 : 0; }

static uint64_t mix_text(uint64_t h, const char *s) { return text_hash(s, s ? strlen(s) : 0, h); }

static uint64_t hash_of(const struct case_said *s) {
    uint64_t h = mix_text(mix_text(mix_text(1, s->named_batch), s->archive_dir), s->outcome);
    h = text_hash(&s->progress_end, sizeof s->progress_end, h);
    return text_hash(&s->progress_end_from, sizeof s->progress_end_from, h);
}

static bool same_text(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }

static bool same(const struct case_said *a, const struct case_said *b) {
    bool same_end = !(a->progress_end < b->progress_end) && !(a->progress_end > b->progress_end);
    return same_end && a->progress_end_from == b->progress_end_from && same_text(a->named_batch, b->named_batch) &&
           same_text(a->archive_dir, b->archive_dir) && same_text(a->outcome, b->outcome);
}

static void grow(struct said_set *x) {
    size_t n = x->n_buckets ? 2 * x->n_buckets : FIRST_BUCKETS;
    struct said_kept **bucket = must(calloc(n, sizeof(struct said_kept *)));
    for (size_t i = 0; i < x->n_buckets; i++) {
        for (struct said_kept *k = x->bucket[i], *next; k; k = next) {
            next = k->next;
            k->next = bucket[k->hash & (n - 1)];
            bucket[k->hash & (n - 1)] = k;
        }
    }
    free((void *)x->bucket);
    x->bucket = bucket;
    x->n_buckets = n;
}

static const char *put_text(char **at, const char *s) {
    size_t n = size_of(s);
    if (n == 0) return NULL;
    char *copy = memcpy(*at, s, n);
    *at += n;
    return copy;
}

static struct said_kept *take(struct said_set *x, const struct case_said *s) {
    uint64_t hash = hash_of(s);
    if (x->n >= x->n_buckets) grow(x);
    struct said_kept **head = &x->bucket[hash & (x->n_buckets - 1)], *k = *head;
    while (k && (k->hash != hash || !same(&k->said, s))) k = k->next;
    if (k) {
        k->users++;
        return k;
    }
    k = must(malloc(sizeof *k + size_of(s->named_batch) + size_of(s->archive_dir) + size_of(s->outcome)));
    char *at = k->text;
    *k = (struct said_kept){.said = *s, .next = *head, .hash = hash, .users = 1};
    k->said.named_batch = put_text(&at, s->named_batch);
    k->said.archive_dir = put_text(&at, s->archive_dir);
    k->said.outcome = put_text(&at, s->outcome);
    *head = k;
    x->n++;
    return k;
}

static void give_back(struct said_set *x, struct said_kept *k) {
    if (--k->users > 0) return;
    struct said_kept **at = &x->bucket[k->hash & (x->n_buckets - 1)];
    while (*at != k) at = &(*at)->next;
    *at = k->next;
    free(k);
    x->n--;
}

void said_keep(struct said_set *x, const struct case_said **slot, const struct case_said *s) {
    static const struct case_said nothing;
    struct said_kept *old = (struct said_kept *)(void *)(uintptr_t)*slot;
    if (same(old ? &old->said : &nothing, s)) return;
    *slot = same(s, &nothing) ? NULL : &take(x, s)->said;
    if (old) give_back(x, old);
}

void said_free(struct said_set *x) {
    for (size_t i = 0; i < x->n_buckets; i++) {
        for (struct said_kept *k = x->bucket[i], *next; k; k = next) {
            next = k->next;
            free(k);
        }
    }
    free((void *)x->bucket);
    *x = (struct said_set){0};
}
