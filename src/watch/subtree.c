#include "watch/subtree.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 4096 };

/* Each entry hangs in two tables: by its path, for events, and by its token, to be removed. */
struct entry {
    uint64_t token;
    struct entry *next_path, *next_token;
    size_t len;
    char path[];
};

struct subtree {
    struct entry *by_path[BUCKETS], *by_token[BUCKETS];
};

static void *must(void *p) {
    if (!p) abort();
    return p;
}

static bool is_separator(char c) { return c == '/' || c == '\\'; }

/* FNV-1a; both separators are one. */
static size_t hash(const char *path, size_t len) {
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < len; i++) {
        h ^= (unsigned char)(is_separator(path[i]) ? '/' : path[i]);
        h *= UINT64_C(1099511628211);
    }
    return (size_t)(h % BUCKETS);
}

static bool is_path(const struct entry *e, const char *path, size_t len) {
    if (e->len != len) return false;
    for (size_t i = 0; i < len; i++) {
        bool same = is_separator(path[i]) ? is_separator(e->path[i]) : path[i] == e->path[i];
        if (!same) return false;
    }
    return true;
}

static const struct entry *find_path(const struct subtree *t, const char *path, size_t len) {
    for (const struct entry *e = t->by_path[hash(path, len)]; e; e = e->next_path) {
        if (is_path(e, path, len)) return e;
    }
    return NULL;
}

struct subtree *subtree_new(void) {
    return must(calloc(1, sizeof(struct subtree)));
}

void subtree_free(struct subtree *t) {
    if (!t) return;
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct entry *e = t->by_token[i], *next; e; e = next) {
            next = e->next_token;
            free(e);
        }
    }
    free(t);
}

void subtree_remove(struct subtree *t, uint64_t token) {
    struct entry **slot = &t->by_token[token % BUCKETS];
    while (*slot && (*slot)->token != token) slot = &(*slot)->next_token;
    struct entry *e = *slot;
    if (!e) return;
    *slot = e->next_token;
    slot = &t->by_path[hash(e->path, e->len)];
    while (*slot != e) slot = &(*slot)->next_path;
    *slot = e->next_path;
    free(e);
}

void subtree_put(struct subtree *t, const char *path, uint64_t token) {
    size_t len = strlen(path);
    subtree_remove(t, token);
    struct entry *e = must(malloc(sizeof *e + len + 1));
    e->token = token;
    e->len = len;
    memcpy(e->path, path, len + 1);
    struct entry **slot = &t->by_path[hash(path, len)]; /* in front: the last one put is found first */
    e->next_path = *slot;
    *slot = e;
    slot = &t->by_token[token % BUCKETS];
    e->next_token = *slot;
    *slot = e;
}

bool subtree_find(const struct subtree *t, const char *name, uint64_t *token, char *child) {
    size_t end = strlen(name); /* of what stands in the directory in question */
    for (;;) {
        size_t dir = end;
        while (dir > 0 && !is_separator(name[dir - 1])) dir--;
        size_t begin = dir;
        if (dir > 0) dir--; /* without the separator */
        const struct entry *e = find_path(t, name, dir);
        if (e) {
            *token = e->token;
            memcpy(child, name + begin, end - begin);
            child[end - begin] = '\0';
            return true;
        }
        if (begin == 0) return false;
        end = dir;
    }
}
