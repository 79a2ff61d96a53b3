#include "model/fact.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

/* Facts and strings are cut from chunks that never move, so what fact_batch_at gave stays valid while the batch
 * grows. Chunks are kept in one list in the order of use; `current` is the one being filled. */
enum { CHUNK_BYTES = 32 * 1024 };

struct chunk {
    struct chunk *next;
    size_t used, cap;
    alignas(max_align_t) unsigned char bytes[];
};

struct fact_batch {
    struct chunk *chunks, *current;
    const struct fact **facts;
    size_t count, cap;
};

static void *must(void *memory) {
    if (memory == NULL) abort();
    return memory;
}

static struct chunk *chunk_new(size_t cap) {
    struct chunk *c = must(malloc(sizeof *c + cap));
    c->next = NULL;
    c->used = 0;
    c->cap = cap;
    return c;
}

static void *batch_alloc(struct fact_batch *b, size_t size) {
    const size_t align = alignof(max_align_t);
    if (size > SIZE_MAX - align - sizeof(struct chunk)) abort();
    size = (size + align - 1) / align * align;
    if (b->current == NULL || b->current->cap - b->current->used < size) {
        struct chunk *next = b->current != NULL ? b->current->next : b->chunks;
        if (next == NULL || next->cap < size) {
            struct chunk *c = chunk_new(size > CHUNK_BYTES ? size : CHUNK_BYTES);
            c->next = next;
            if (b->current != NULL) {
                b->current->next = c;
            } else {
                b->chunks = c;
            }
            next = c;
        }
        b->current = next;
    }
    void *memory = b->current->bytes + b->current->used;
    b->current->used += size;
    return memory;
}

static const char *copy_bytes(struct fact_batch *b, const char *text, size_t len) {
    if (text == NULL) return NULL;
    char *copy = batch_alloc(b, len + 1);
    memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

static const char *copy_text(struct fact_batch *b, const char *text) {
    return text != NULL ? copy_bytes(b, text, strlen(text)) : NULL;
}

static const struct fact_value *copy_values(struct fact_batch *b, const struct fact_value *values, size_t n) {
    if (n == 0) return NULL;
    struct fact_value *copy = batch_alloc(b, n * sizeof *copy);
    for (size_t i = 0; i < n; i++) {
        copy[i].value = values[i].value;
        copy[i].form = values[i].form;
        copy[i].text = copy_text(b, values[i].text);
    }
    return copy;
}

struct fact_batch *fact_batch_new(void) {
    return must(calloc(1, sizeof(struct fact_batch)));
}

static void chunks_free(struct chunk *c) {
    while (c != NULL) {
        struct chunk *next = c->next;
        free(c);
        c = next;
    }
}

void fact_batch_free(struct fact_batch *b) {
    if (b == NULL) return;
    chunks_free(b->chunks);
    free(b->facts);
    free(b);
}

void fact_batch_add(struct fact_batch *b, const struct fact *f) {
    struct fact *copy = batch_alloc(b, sizeof *copy);
    *copy = *f;
    copy->place = copy_text(b, f->place);
    switch (f->kind) {
    case FACT_ROOT:
        copy->u.root_state.path = copy_text(b, f->u.root_state.path);
        copy->u.root_state.reason = copy_text(b, f->u.root_state.reason);
        break;
    case FACT_FILE:
        copy->u.file.name = copy_text(b, f->u.file.name);
        copy->u.file.holder = copy_text(b, f->u.file.holder);
        copy->u.file.note = copy_text(b, f->u.file.note);
        copy->u.file.values = copy_values(b, f->u.file.values, f->u.file.n_values);
        break;
    case FACT_LIST:
        copy->u.list.path = copy_text(b, f->u.list.path);
        copy->u.list.text = copy_bytes(b, f->u.list.text, f->u.list.len);
        copy->u.list.problem = copy_text(b, f->u.list.problem);
        break;
    case FACT_SETTING:
        copy->u.setting.key = copy_text(b, f->u.setting.key);
        copy->u.setting.value = copy_text(b, f->u.setting.value);
        break;
    case FACT_EXIT:
        copy->u.exit.source = copy_text(b, f->u.exit.source);
        copy->u.exit.command = copy_text(b, f->u.exit.command);
        copy->u.exit.host = copy_text(b, f->u.exit.host);
        break;
    case FACT_ELSEWHERE:
        copy->u.elsewhere.path = copy_text(b, f->u.elsewhere.path);
        break;
    case FACT_SCAN_BEGIN:
    case FACT_SCAN_END:
    case FACT_PLACE:
    case FACT_PARENT:
    case FACT_PROGRESS:
    case FACT_MACHINE:
    case FACT_AWAY:
        break;
    }
    if (b->count == b->cap) {
        if (b->cap > SIZE_MAX / (2 * sizeof *b->facts)) abort();
        b->cap = b->cap != 0 ? b->cap * 2 : 64;
        b->facts = must(realloc(b->facts, b->cap * sizeof *b->facts));
    }
    b->facts[b->count++] = copy;
}

size_t fact_batch_count(const struct fact_batch *b) { return b->count; }

const struct fact *fact_batch_at(const struct fact_batch *b, size_t i) { return b->facts[i]; }

/* One chunk is kept: enough for the facts of a case, and most batches wait for the next one nearly all the time. */
void fact_batch_clear(struct fact_batch *b) {
    struct chunk *first = b->chunks;
    b->current = NULL;
    b->count = 0;
    if (first == NULL) return;
    chunks_free(first->next);
    first->next = NULL;
    first->used = 0;
    if (first->cap == CHUNK_BYTES) return;
    free(first);
    b->chunks = NULL;
}
