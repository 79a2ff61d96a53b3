#include "model/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 16 * 1024, LARGEST_BLOCK = 4 * 1024 * 1024 };

struct arena_block {
    struct arena_block *next;
    max_align_t data[];
};

void *arena_take(struct arena *a, size_t size, size_t align) {
    size_t skip = (align - (uintptr_t)a->free % align) % align;
    if (a->left < skip + size) {
        a->block_size = a->block_size == 0              ? FIRST_BLOCK
                        : a->block_size < LARGEST_BLOCK ? 2 * a->block_size
                                                        : LARGEST_BLOCK;
        size_t bytes = size > a->block_size ? size : a->block_size;
        struct arena_block *b = malloc(sizeof *b + bytes);
        if (!b) abort();
        b->next = a->blocks;
        a->blocks = b;
        a->free = (char *)b->data;
        a->left = bytes;
        skip = 0;
    }
    char *result = a->free + skip;
    a->free += skip + size;
    a->left -= skip + size;
    return result;
}

char *arena_copy(struct arena *a, const char *s, size_t len) {
    char *copy = arena_take(a, len + 1, 1);
    memcpy(copy, s, len);
    copy[len] = '\0';
    return copy;
}

void arena_free(struct arena *a) {
    while (a->blocks) {
        struct arena_block *next = a->blocks->next;
        free(a->blocks);
        a->blocks = next;
    }
    *a = (struct arena){0};
}
