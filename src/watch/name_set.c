#include "watch/name_set.h"

#include "model/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A drive may hold as many names as a sweep has cases: they lie one behind the other, each after a byte that says
 * whether it is in. One that is taken out keeps its place, for it comes back as a rule. */
struct name_set {
    char *text;
    size_t len, cap;
    uint32_t *slots; /* offset + 1 into text, 0 none */
    size_t n_slots;  /* a power of two */
    size_t n, n_ever;
};

enum { OUT, IN };

static void *must(void *p) {
    if (!p) abort();
    return p;
}

struct name_set *name_set_new(void) {
    struct name_set *s = must(calloc(1, sizeof *s));
    s->n_slots = 64;
    s->slots = must(calloc(s->n_slots, sizeof *s->slots));
    return s;
}

void name_set_free(struct name_set *s) {
    if (!s) return;
    free(s->text);
    free(s->slots);
    free(s);
}

static uint32_t *slot_of(const struct name_set *s, const char *name) {
    size_t i = text_hash(name, strlen(name), 0) & (s->n_slots - 1);
    while (s->slots[i] && strcmp(s->text + s->slots[i], name) != 0) i = (i + 1) & (s->n_slots - 1);
    return &s->slots[i];
}

static void grow(struct name_set *s) {
    free(s->slots);
    s->n_slots *= 2;
    s->slots = must(calloc(s->n_slots, sizeof *s->slots));
    for (size_t at = 0; at < s->len; at += strlen(s->text + at + 1) + 2) {
        *slot_of(s, s->text + at + 1) = (uint32_t)at + 1;
    }
}

static void append(struct name_set *s, const char *name) {
    size_t len = strlen(name) + 1;
    if (s->len + len > UINT32_MAX - 2) abort();
    if (s->len + len + 1 > s->cap) {
        s->cap = s->cap * 2 + len + 256;
        s->text = must(realloc(s->text, s->cap));
    }
    *slot_of(s, name) = (uint32_t)s->len + 1;
    s->text[s->len] = IN;
    memcpy(s->text + s->len + 1, name, len);
    s->len += len + 1;
    s->n++;
    if (++s->n_ever * 3 > s->n_slots * 2) grow(s);
}

void name_set_put(struct name_set *s, const char *name, bool in) {
    uint32_t slot = *slot_of(s, name);
    if (!slot) {
        if (in) append(s, name);
        return;
    }
    char *is_in = &s->text[slot - 1];
    s->n += (size_t)in - (size_t)*is_in;
    *is_in = in ? IN : OUT;
}

void name_set_each(const struct name_set *s, void (*visit)(void *ctx, const char *name), void *ctx) {
    for (size_t at = 0; at < s->len; at += strlen(s->text + at + 1) + 2) {
        if (s->text[at] == IN) visit(ctx, s->text + at + 1);
    }
}

size_t name_set_count(const struct name_set *s) { return s->n; }
