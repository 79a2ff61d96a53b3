#include "model/place_files.h"

#include <stdlib.h>
#include <string.h>

#define ID_BITS 0xFF

/* What is said of a file in words. */
enum file_word { FILE_NAME, FILE_NOTE, FILE_HOLDER, FILE_WORDS };

struct file_more {
    uint64_t print;
    uint32_t chunks;
    uint8_t words; /* mask of enum file_word */
    bool has_size; /* it does not fit into small_size */
    char text[];   /* the size then; those words, each with its NUL, in their order */
};

/* Room for files that a place has outgrown. */
struct spare_files {
    struct spare_files *next;
};

/* Room for n files, and what was there given back. */
static struct file_state *files_take(struct file_room *x, size_t n) {
    struct spare_files *spare = x->spare[n];
    if (!spare) return arena_take(x->arena, n * sizeof(struct file_state), _Alignof(struct file_state));
    x->spare[n] = spare->next;
    return (struct file_state *)(void *)spare;
}

static void files_give(struct file_room *x, struct file_state *files, size_t n) {
    if (n == 0) return;
    struct spare_files *spare = (struct spare_files *)(void *)files;
    spare->next = x->spare[n];
    x->spare[n] = spare;
}

struct file_state *file_make(struct file_room *x, struct place *p, int artifact) {
    uint32_t bit = UINT32_C(1) << artifact;
    size_t n = bits_set(p->files), at = bits_set(p->files & (bit - 1));
    if (p->files & bit) return &p->file[at];
    struct file_state *files = files_take(x, n + 1);
    if (n > 0) {
        memcpy(files, p->file, at * sizeof *files);
        memcpy(files + at + 1, p->file + at, (n - at) * sizeof *files);
    }
    files[at] = (struct file_state){0};
    files_give(x, p->file, n);
    p->file = files;
    p->files |= bit;
    return &files[at];
}

void file_drop(struct file_room *x, struct place *p, int artifact) {
    uint32_t bit = UINT32_C(1) << artifact;
    size_t n = bits_set(p->files), at = bits_set(p->files & (bit - 1));
    if (!(p->files & bit)) return;
    if (p->file[at].has_more) free(p->file[at].u.more);
    struct file_state *files = n > 1 ? files_take(x, n - 1) : NULL;
    if (files) {
        memcpy(files, p->file, at * sizeof *files);
        memcpy(files + at, p->file + at + 1, (n - 1 - at) * sizeof *files);
    }
    files_give(x, p->file, n);
    p->file = files;
    p->files &= ~bit;
}

static bool same_text(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }

static unsigned id_tag(uint64_t id) {
    id ^= id >> 32;
    id ^= id >> 16;
    return (unsigned)(id ^ id >> 8) & ID_BITS;
}

static uint64_t print_of(const struct file_state *f) { return f->has_more ? f->u.more->print : f->u.print; }

/* Of a file with a known content a part of its identity is enough: another one is seen by its hash, too. */
bool file_same_identity(const struct file_state *f, const struct fact_file *n) {
    return f->has_hash ? f->id_tag == id_tag(n->id) : print_of(f) == n->id;
}

bool file_same_words(const struct file_state *f, const struct fact_file *n) {
    return file_chunks(f) == n->chunks && same_text(file_name(f), n->name) && same_text(file_note(f), n->note) &&
           same_text(file_holder(f), n->holder);
}

void file_set_more(struct file_state *f, const struct fact_file *n) {
    const char *const word[FILE_WORDS] = {[FILE_NAME] = n->name, [FILE_NOTE] = n->note, [FILE_HOLDER] = n->holder};
    struct file_more *old = f->has_more ? f->u.more : NULL;
    uint64_t print = n->hash != 0 ? n->hash : n->id;
    bool large = n->size < 0 || n->size > UINT32_MAX;
    f->small_size = large ? 0 : (uint32_t)n->size;
    f->id_tag = id_tag(n->id) & ID_BITS;
    f->has_more = large || n->chunks || n->name || n->note || n->holder;
    f->has_hash = n->hash != 0;
    if (f->has_more) {
        size_t bytes = large ? sizeof n->size : 0;
        for (int i = 0; i < FILE_WORDS; i++) bytes += word[i] ? strlen(word[i]) + 1 : 0;
        struct file_more *more = f->u.more = malloc(offsetof(struct file_more, text) + bytes);
        if (!more) abort();
        char *at = more->text;
        more->print = print;
        more->chunks = n->chunks;
        more->words = 0;
        more->has_size = large;
        if (large) {
            memcpy(at, &n->size, sizeof n->size);
            at += sizeof n->size;
        }
        for (int i = 0; i < FILE_WORDS; i++) {
            if (!word[i]) continue;
            size_t len = strlen(word[i]) + 1;
            more->words |= (uint8_t)(1 << i);
            memcpy(at, word[i], len);
            at += len;
        }
    } else {
        f->u.print = print;
    }
    free(old);
}

void files_earlier(struct place *p, int64_t at, int64_t settle_ms) {
    int64_t by = at - p->changed_at;
    if (by <= 0) return;
    for (size_t i = 0, n = bits_set(p->files); i < n; i++) {
        struct file_state *f = &p->file[i];
        if (f->earlier == FILE_SETTLED) continue;
        bool settled = file_rested(p, f) >= settle_ms, fits = f->earlier + by <= FILE_EARLIER_MOST;
        f->earlier = (fits ? (unsigned)(f->earlier + by) : settled ? FILE_SETTLED : FILE_EARLIER_MOST) & FILE_SETTLED;
    }
}

void file_seen(const struct place *p, struct file_state *f, int64_t at) {
    int64_t earlier = p->changed_at > at ? p->changed_at - at : 0;
    f->earlier = (unsigned)(earlier < FILE_EARLIER_MOST ? earlier : FILE_EARLIER_MOST) & FILE_SETTLED;
}

void files_clear(struct file_room *x, struct place *p) {
    size_t n = bits_set(p->files);
    for (size_t i = 0; i < n; i++) {
        if (p->file[i].has_more) free(p->file[i].u.more);
    }
    files_give(x, p->file, n);
    p->file = NULL;
    p->files = 0;
}

static const char *file_word(const struct file_state *f, enum file_word which) {
    if (!f->has_more || !(f->u.more->words & 1 << which)) return NULL;
    const char *at = f->u.more->text + (f->u.more->has_size ? sizeof(int64_t) : 0);
    for (int i = 0; i < (int)which; i++) {
        if (f->u.more->words & 1 << i) at += strlen(at) + 1;
    }
    return at;
}

int64_t file_large_size(const struct file_state *f) {
    int64_t size = f->small_size;
    if (f->u.more->has_size) memcpy(&size, f->u.more->text, sizeof size);
    return size;
}

const char *file_name(const struct file_state *f) { return file_word(f, FILE_NAME); }
const char *file_note(const struct file_state *f) { return file_word(f, FILE_NOTE); }
const char *file_holder(const struct file_state *f) { return file_word(f, FILE_HOLDER); }
uint64_t file_hash(const struct file_state *f) { return f->has_hash ? print_of(f) : 0; }
uint32_t file_chunks(const struct file_state *f) { return f->has_more ? f->u.more->chunks : 0; }
