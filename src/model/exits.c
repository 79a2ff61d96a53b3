#include "model/exits.h"

#include "model/text.h"

#include <stdlib.h>
#include <string.h>

enum { HASH_START = 256, SAME_MOMENT_MS = 2000 };

static void *must(void *p) {
    if (!p) abort();
    return p;
}

static uint64_t hash_of(const char *key, bool by_command) { return text_hash(key, strlen(key), by_command); }

static void grow(struct exits *e) {
    size_t n = e->n_buckets ? e->n_buckets * 2 : HASH_START;
    struct exit_note **bucket = must(calloc(n, sizeof(struct exit_note *)));
    for (size_t i = 0; i < e->n_buckets; i++) {
        for (struct exit_note *x = e->bucket[i], *next; x; x = next) {
            next = x->hash_next;
            size_t b = hash_of(x->key, x->by_command) & (n - 1);
            x->hash_next = bucket[b];
            bucket[b] = x;
        }
    }
    free(e->bucket);
    e->bucket = bucket;
    e->n_buckets = n;
}

static struct exit_note *find(const struct exits *e, const char *key, bool by_command) {
    if (e->n_buckets == 0) return NULL;
    struct exit_note *x = e->bucket[hash_of(key, by_command) & (e->n_buckets - 1)];
    while (x && (x->by_command != by_command || strcmp(x->key, key) != 0)) x = x->hash_next;
    return x;
}

static struct exit_note *add(struct exits *e, const char *key, bool by_command) {
    if (e->n >= e->n_buckets) grow(e);
    size_t len = strlen(key) + 1, b = hash_of(key, by_command) & (e->n_buckets - 1);
    struct exit_note *x = must(calloc(1, sizeof *x + len));
    x->key = memcpy((char *)(x + 1), key, len);
    x->by_command = by_command;
    x->row = EXIT_NO_ROW;
    x->exit.code = EXIT_WITHDRAWN;
    x->hash_next = e->bucket[b];
    e->bucket[b] = x;
    e->n++;
    return x;
}

static bool set(const char **slot, const char *s) {
    if (*slot == s || (*slot && s && strcmp(*slot, s) == 0)) return false;
    free((void *)(uintptr_t)*slot);
    size_t len = s ? strlen(s) + 1 : 0;
    *slot = s ? memcpy(must(malloc(len)), s, len) : NULL;
    return true;
}

static bool same_numbers(const struct fact_exit *a, const struct fact_exit *b) {
    return a->code == b->code && a->signal == b->signal && a->pid == b->pid && a->start_ms == b->start_ms &&
           a->end_ms == b->end_ms && a->written_ms == b->written_ms && a->peak_bytes == b->peak_bytes &&
           a->user_ms == b->user_ms && a->system_ms == b->system_ms && a->attempt == b->attempt &&
           a->previous == b->previous && a->life == b->life;
}

struct exit_note *exits_put(struct exits *e, const struct fact *f, bool *changed) {
    const struct fact_exit *n = &f->u.exit;
    bool by_command = n->command != NULL;
    const char *key = by_command ? n->command : f->place;
    struct exit_note *x = find(e, key, by_command);
    if (!x) x = add(e, key, by_command);
    const char *source = x->exit.source, *host = x->exit.host;
    *changed = !same_numbers(&x->exit, n);
    *changed |= set(&source, n->source);
    *changed |= set(&host, n->host);
    x->exit = *n;
    x->exit.source = source;
    x->exit.host = host;
    x->exit.command = by_command ? x->key : NULL;
    return x;
}

struct exit_note *exits_find(const struct exits *e, const char *title) {
    return find(e, title, false);
}

void exits_clear(struct exits *e) {
    for (size_t i = 0; i < e->n_buckets; i++) {
        for (struct exit_note *x = e->bucket[i], *next; x; x = next) {
            next = x->hash_next;
            set(&x->exit.source, NULL);
            set(&x->exit.host, NULL);
            free(x);
        }
    }
    free(e->bucket);
    *e = (struct exits){0};
}

/* The last moment a note knows of. */
static int64_t moment(const struct fact_exit *e) { return e->end_ms > e->start_ms ? e->end_ms : e->start_ms; }

const struct fact_exit *exits_choose(const struct exit_note *first) {
    const struct fact_exit *best = NULL;
    int64_t newest = INT64_MIN;
    for (const struct exit_note *x = first; x; x = x->row_next) {
        if (x->exit.code != EXIT_WITHDRAWN && moment(&x->exit) > newest) newest = moment(&x->exit);
    }
    for (const struct exit_note *x = first; x; x = x->row_next) {
        const struct fact_exit *e = &x->exit;
        if (e->code == EXIT_WITHDRAWN || moment(e) < newest - SAME_MOMENT_MS) continue;
        bool knows_more =
            best && (best->attempt > 0) != (e->attempt > 0) ? e->attempt > 0 : best && moment(e) > moment(best);
        if (!best || knows_more) best = e;
    }
    return best;
}
