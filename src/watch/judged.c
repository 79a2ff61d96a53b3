#include "watch/judged.h"

#include "model/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FORMAT = 2, NO_NOTE = 0xFFFF, TEXT_MAX = 8192, RECORD_MAX = 1024 * 1024 };

static const char magic[8] = "SWJUDGE";
static const uint32_t byte_order = 0x01020304;

struct header {
    char magic[8];
    uint32_t byte_order, format;
    uint64_t stamp, count, len, sum; /* len: of all records; sum: over them, one after the other */
};

/* Then its footer, if it has one, its note, if it has one, and its values: each a struct text_head, the text, a NUL. */
struct record {
    struct judged_key key;
    uint64_t hash;
    uint32_t size; /* of all of it */
    uint16_t note; /* length, or NO_NOTE */
    uint8_t n_values;
    uint8_t marks;
};
enum { FOUND = 1 /* in this pass; not in a file */, HAS_FOOTER = 2 };

struct text_head {
    uint16_t len;
    uint8_t value, form;
};

struct judged_adds {
    unsigned char *bytes;
    size_t len, cap, count;
    struct judged_adds *next;
};

struct judged {
    uint64_t stamp;
    unsigned char *bytes; /* with the header */
    size_t len;
    uint32_t *slot; /* offset into bytes, 0: free; open addressing */
    size_t n_slots; /* a power of two */
    size_t count;
    struct judged_adds *added;
};

static void *must(void *p) {
    if (!p) abort();
    return p;
}

struct judged_key judged_key(const uint64_t *words, size_t n) {
    return (struct judged_key){text_hash(words, n * sizeof *words, 1), text_hash(words, n * sizeof *words, 2)};
}

static uint64_t add_text(uint64_t h, const char *text) { return text ? text_hash(text, strlen(text), h) : h * 31 + 7; }

static uint64_t add_number(uint64_t h, int64_t number) { return text_hash(&number, sizeof number, h); }

uint64_t judged_stamp(const struct profile *p, const char *version) {
    uint64_t h = add_text(FORMAT, version);
    h = add_number(h, p->n_artifacts);
    for (int i = 0; i < p->n_artifacts; i++) {
        const struct profile_artifact *a = &p->artifact[i];
        h = add_number(add_number(add_text(h, a->path), a->kind), a->roles);
        h = add_text(add_text(h, a->alternatives), a->chunks);
    }
    for (int i = 0; i < p->n_values; i++) {
        const struct profile_value *v = &p->value[i];
        h = add_number(add_number(h, v->use), v->artifact);
        for (int k = 0; k < PROFILE_MAX_FORMS && v->paths[k]; k++) h = add_text(h, v->paths[k]);
    }
    for (int i = 0; i < 4 && p->manifest_ignores[i]; i++) h = add_text(h, p->manifest_ignores[i]);
    return add_text(h, p->progress.column);
}

/* ---- reading ---- */

static uint64_t sum_of(const unsigned char *at, size_t size, uint64_t sum) { return text_hash(at, size, sum); }

/* Is the text that begins at offset *at of the record all in it? Moves behind it. */
static bool take_text(const unsigned char *record, size_t size, size_t *at, struct text_head *head, const char **text) {
    if (size - *at < sizeof *head + 1) return false;
    memcpy(head, record + *at, sizeof *head);
    *at += sizeof *head;
    if (size - *at < (size_t)head->len + 1 || record[*at + head->len] != '\0') return false;
    *text = (const char *)record + *at;
    *at += (size_t)head->len + 1;
    return true;
}

/* out may be NULL: is it sound? */
static bool read_record(const unsigned char *at, size_t size, struct judged_file *out) {
    struct record r;
    struct text_head head;
    const char *text;
    size_t pos = sizeof r;
    memcpy(&r, at, sizeof r);
    if (out) {
        out->hash = r.hash;
        out->footer = parquet_footer_unknown();
        out->note = NULL;
        out->n_values = r.n_values;
    }
    if (r.n_values > JUDGED_VALUES) return false;
    if (r.marks & HAS_FOOTER) {
        if (size - pos < sizeof out->footer) return false;
        if (out) memcpy(&out->footer, at + pos, sizeof out->footer);
        pos += sizeof out->footer;
    }
    if (r.note != NO_NOTE) {
        if (!take_text(at, size, &pos, &head, &text)) return false;
        if (out) out->note = text;
    }
    for (size_t i = 0; i < r.n_values; i++) {
        if (!take_text(at, size, &pos, &head, &text)) return false;
        if (head.value >= PROFILE_MAX_VALUES || head.form >= PROFILE_MAX_FORMS) return false;
        if (out) out->values[i] = (struct fact_value){head.value, text, head.form};
    }
    return true;
}

static uint32_t *slot_of(const struct judged *j, struct judged_key key) {
    for (size_t i = (size_t)key.a;; i++) {
        uint32_t *slot = &j->slot[i & (j->n_slots - 1)];
        if (*slot == 0 || memcmp(j->bytes + *slot, &key, sizeof key) == 0) return slot;
    }
}

/* Walks all records; puts them into the index where there is one. False: they are not what the header says. */
static bool walk(struct judged *j, const struct header *h) {
    uint64_t sum = h->stamp;
    size_t at = sizeof *h, count = 0;
    while (at < j->len) {
        struct record r;
        if (j->len - at < sizeof r) return false;
        memcpy(&r, j->bytes + at, sizeof r);
        if (r.size < sizeof r || r.size > j->len - at || r.size > RECORD_MAX) return false;
        if (r.marks & ~HAS_FOOTER) return false;
        if (j->slot) {
            *slot_of(j, r.key) = (uint32_t)at;
        } else {
            if (!read_record(j->bytes + at, r.size, NULL)) return false;
            sum = sum_of(j->bytes + at, r.size, sum);
        }
        at += r.size;
        count++;
    }
    return count == h->count && (j->slot || sum == h->sum);
}

static bool is_sound(struct judged *j, struct header *h) {
    if (!j->bytes || j->len < sizeof *h || j->len > JUDGED_MAX_BYTES) return false;
    memcpy(h, j->bytes, sizeof *h);
    if (memcmp(h->magic, magic, sizeof magic) != 0 || h->byte_order != byte_order || h->format != FORMAT) return false;
    return h->stamp == j->stamp && h->len == j->len - sizeof *h && walk(j, h);
}

struct judged *judged_open(unsigned char *bytes, size_t len, uint64_t stamp) {
    struct judged *j = must(calloc(1, sizeof *j));
    struct header h;
    j->stamp = stamp;
    j->bytes = bytes;
    j->len = len;
    if (is_sound(j, &h)) {
        j->count = (size_t)h.count;
        for (j->n_slots = 16; j->n_slots < 2 * j->count;) j->n_slots *= 2;
        j->slot = must(calloc(j->n_slots, sizeof *j->slot));
        walk(j, &h);
        return j;
    }
    free(bytes);
    j->bytes = NULL;
    j->len = 0;
    return j;
}

void judged_free(struct judged *j) {
    if (!j) return;
    for (struct judged_adds *a = j->added, *next; a; a = next) {
        next = a->next;
        free(a->bytes);
        free(a);
    }
    free(j->slot);
    free(j->bytes);
    free(j);
}

bool judged_is_empty(const struct judged *j) { return j->count == 0; }

bool judged_find(struct judged *j, struct judged_key key, struct judged_file *out) {
    if (j->count == 0) return false;
    uint32_t at = *slot_of(j, key);
    if (at == 0) return false;
    struct record r;
    memcpy(&r, j->bytes + at, offsetof(struct record, marks));
    if (!read_record(j->bytes + at, r.size, out)) return false;
    /* Two threads never look for the same file. */
    j->bytes[at + offsetof(struct record, marks)] |= FOUND;
    return true;
}

/* ---- writing ---- */

struct judged_adds *judged_adds_new(void) {
    return must(calloc(1, sizeof(struct judged_adds)));
}

static void append(struct judged_adds *a, const void *bytes, size_t len) {
    if (a->len + len > a->cap) {
        a->cap = (a->cap ? a->cap * 2 : 16 * 1024) + len;
        a->bytes = must(realloc(a->bytes, a->cap));
    }
    memcpy(a->bytes + a->len, bytes, len);
    a->len += len;
}

static bool append_text(struct judged_adds *a, const char *text, int value, int form) {
    size_t len = strlen(text);
    struct text_head head = {(uint16_t)len, (uint8_t)value, (uint8_t)form};
    if (len > TEXT_MAX) return false;
    append(a, &head, sizeof head);
    append(a, text, len + 1);
    return true;
}

static bool is_unknown(const struct parquet_footer *f) {
    return f->rows < 0 && f->row_groups < 0 && isnan(f->min) && isnan(f->max);
}

void judged_add(struct judged_adds *a, struct judged_key key, const struct judged_file *file) {
    struct record r;
    size_t begin = a->len;
    memset(&r, 0, sizeof r); /* no chance bytes between the members */
    r.key = key;
    r.hash = file->hash;
    r.marks = is_unknown(&file->footer) ? 0 : HAS_FOOTER;
    r.note = file->note ? 0 : NO_NOTE;
    r.n_values = (uint8_t)file->n_values;
    if (file->n_values > UINT8_MAX || a->len > JUDGED_MAX_BYTES / 2) return;
    append(a, &r, sizeof r);
    if (r.marks & HAS_FOOTER) append(a, &file->footer, sizeof file->footer);
    bool fits = !file->note || append_text(a, file->note, 0, 0);
    for (size_t i = 0; fits && i < file->n_values; i++) {
        fits = append_text(a, file->values[i].text, file->values[i].value, file->values[i].form);
    }
    r.size = (uint32_t)(a->len - begin);
    if (!fits || r.size > RECORD_MAX) {
        a->len = begin;
        return;
    }
    memcpy(a->bytes + begin, &r, sizeof r);
    a->count++;
}

void judged_take(struct judged *j, struct judged_adds *a) {
    a->next = j->added;
    j->added = a;
}

/* The next record that is to be written: of the old ones those that were found, then the new ones. */
struct cursor {
    const struct judged *j;
    const struct judged_adds *added;
    size_t old_at, added_at;
};

static unsigned char *next_record(struct cursor *c, uint32_t *size) {
    struct record r;
    while (c->old_at < c->j->len) {
        unsigned char *at = c->j->bytes + c->old_at;
        memcpy(&r, at, sizeof r);
        c->old_at += r.size;
        *size = r.size;
        if (r.marks & FOUND) return at;
    }
    while (c->added && c->added_at == c->added->len) {
        c->added = c->added->next;
        c->added_at = 0;
    }
    if (!c->added) return NULL;
    unsigned char *at = c->added->bytes + c->added_at;
    memcpy(&r, at, sizeof r);
    c->added_at += r.size;
    *size = r.size;
    return at;
}

static struct cursor cursor_new(const struct judged *j) {
    return (struct cursor){.j = j, .added = j->added, .old_at = sizeof(struct header)};
}

bool judged_changed(const struct judged *j) {
    struct cursor c = cursor_new(j);
    uint32_t size;
    size_t n = 0;
    for (const struct judged_adds *a = j->added; a; a = a->next) {
        if (a->count > 0) return true;
    }
    while (next_record(&c, &size)) n++;
    return n != j->count;
}

/* A record is written with this mark taken off. Returns what to put back. */
static unsigned char unmark(unsigned char *record) {
    unsigned char *at = record + offsetof(struct record, marks), was = *at;
    *at &= (unsigned char)~FOUND;
    return was;
}

static void mark(unsigned char *record, unsigned char marks) { record[offsetof(struct record, marks)] = marks; }

void judged_write(struct judged *j, void (*put)(void *ctx, const void *bytes, size_t len), void *ctx) {
    struct header h;
    uint32_t size;
    unsigned char *at;
    memset(&h, 0, sizeof h);
    memcpy(h.magic, magic, sizeof magic);
    h.byte_order = byte_order;
    h.format = FORMAT;
    h.stamp = h.sum = j->stamp;
    for (struct cursor c = cursor_new(j); (at = next_record(&c, &size)) && h.len + size <= JUDGED_MAX_BYTES;) {
        unsigned char marks = unmark(at);
        h.sum = sum_of(at, size, h.sum);
        mark(at, marks);
        h.len += size;
        h.count++;
    }
    put(ctx, &h, sizeof h);
    struct cursor c = cursor_new(j);
    for (uint64_t n = 0; n < h.count && (at = next_record(&c, &size)); n++) {
        unsigned char marks = unmark(at);
        put(ctx, at, size);
        mark(at, marks);
    }
}
