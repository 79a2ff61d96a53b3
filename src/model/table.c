#include "model/table.h"

#include "model/arena.h"
#include "model/case.h"
#include "model/cause.h"
#include "model/command_match.h"
#include "model/exits.h"
#include "model/place_files.h"
#include "model/stall.h"
#include "model/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HASH_START = 256, DIRTY_KEPT = 4096, MOVED_CASES = 2 /* one case alone may be a stray copy */ };
#define ROW_NONE UINT32_MAX
/* As narrow as table.h has what is kept by the million: the times go on for 17 years. */
#define TIME_BITS (INT64_MAX >> 24)
#define HASH_BITS 0xFFFFFF
#define FLAG_BITS 0x3FFFFF

/* Places have numbers from 1 on, narrower than pointers. They lie in blocks of so many, and never move. */
enum { BLOCK_PLACES = 1024 };

struct place_set {
    uint32_t *bucket; /* number of a place, 0 none */
    size_t n_buckets, n;
};

struct due {
    int64_t deadline;
    uint32_t row;
};

struct setting {
    char *key, *value;
    struct setting *next;
};

/* A name that cases' configurations give, and how many give it. */
struct name_count {
    struct name_count *next;
    const char *name;
    size_t cases;
};

struct table {
    const struct profile *profile;
    const struct policy *policy;
    uint8_t n_required;
    uint32_t remarks; /* mask of the artifacts that tell an outcome or a violation */
    struct sweep_list *list;
    char *list_path;
    uint64_t list_stamp; /* of the text it was made of; 0: none */
    struct row *rows;
    size_t n_rows, cap_rows;
    uint32_t *cause; /* of each row, its number in causes */
    size_t cap_cause;
    struct cause_set causes;
    struct place **blocks;
    size_t cap_blocks;
    uint32_t n_places; /* of all roots */
    struct place_set places[ROOT_COUNT];
    uint32_t last[ROOT_COUNT];                 /* that a fact was about: mostly the next one is, too */
    struct arena arena;                        /* what belongs to places */
    struct place_told *spare_told[ROOT_COUNT]; /* each begins with the next one */
    struct file_room files;
    struct said_set said;
    struct root_state roots[ROOT_COUNT];
    uint32_t oldest[ROOT_COUNT], newest[ROOT_COUNT]; /* of the places that are there, by their last look */
    bool pass_expected;
    struct setting *settings;
    struct name_count *batch_names; /* what they call their batch, other than this batch's own */
    struct name_count *archives;    /* directories they archive to */
    size_t named_here;              /* cases whose configuration names this batch */
    struct exits exits;
    struct command_match *commands; /* of the list; NULL: none was asked for yet */
    int parent;
    bool over;
    int64_t now; /* of the last tick */
    int64_t last_change;
    int64_t last_change_watch; /* on the watch clock */
    int64_t last_run_change;   /* of a case in the batch, on its stall clock; -1 none */
    struct fact_machine machine;
    int64_t machine_at; /* -1 never */
    struct fact_away away;
    uint64_t version;
    uint32_t rows_version;

    uint32_t *dirty; /* rows to judge at the next tick */
    size_t n_dirty, cap_dirty;
    struct due *heap; /* rows by deadline, earliest first */
    size_t n_heap, cap_heap;

    size_t status_count[STATUS_COUNT], flag_count[FLAG_COUNT];
    struct quiet_histogram quiet; /* quiet times of all cases */
    struct archive_pace pace;

    struct transition *transitions; /* ring of cap_transitions */
    size_t cap_transitions;
    uint64_t n_transitions;
};

/* ---- memory ---- */

static void *must(void *p) {
    if (!p) abort();
    return p;
}

static void *grow(void *p, size_t *cap, size_t need, size_t size) {
    if (need <= *cap) return p;
    size_t n = *cap ? *cap : 64;
    while (n < need) n *= 2;
    *cap = n;
    return must(realloc(p, n * size));
}

static char *copy_string(const char *s) {
    size_t n = strlen(s) + 1;
    return memcpy(must(malloc(n)), s, n);
}

/* Replaces an owned string; NULL clears it. Returns whether it changed. */
static bool set_string(const char **slot, const char *s) {
    if (*slot == s || (*slot && s && strcmp(*slot, s) == 0)) return false;
    free((void *)(uintptr_t)*slot);
    *slot = s ? copy_string(s) : NULL;
    return true;
}

/* ---- places ---- */

static uint32_t name_hash(const char *name) { return (uint32_t)text_hash(name, strlen(name), 0) & HASH_BITS; }

static struct place *place_at(const struct table *t, uint32_t number) {
    return number ? &t->blocks[(number - 1) / BLOCK_PLACES][(number - 1) % BLOCK_PLACES] : NULL;
}

static uint32_t place_number(const struct table *t, enum root_id root, const char *name) {
    const struct place_set *s = &t->places[root];
    if (s->n_buckets == 0) return 0;
    uint32_t hash = name_hash(name), number = s->bucket[hash & (s->n_buckets - 1)];
    for (const struct place *p; (p = place_at(t, number)) != NULL; number = p->hash_next) {
        if (p->hash == hash && strcmp(p->name, name) == 0) break;
    }
    return number;
}

static struct place *place_find(const struct table *t, enum root_id root, const char *name) {
    return place_at(t, place_number(t, root, name));
}

/* The place that a fact is about, NULL: it is not known. Its number is then t->last of its root. */
static struct place *place_of(struct table *t, const struct fact *f) {
    struct place *last = place_at(t, t->last[f->root]);
    if (last && strcmp(last->name, f->place) == 0) return last;
    uint32_t number = place_number(t, f->root, f->place);
    if (number) t->last[f->root] = number;
    return place_at(t, number);
}

static void place_hash(struct place_set *s, struct place *p, uint32_t number) {
    size_t b = p->hash & (s->n_buckets - 1);
    p->hash_next = s->bucket[b];
    s->bucket[b] = number;
}

/* At once as many as there are rows: most will have a place. */
static void place_set_grow(struct table *t, enum root_id root) {
    struct place_set *s = &t->places[root];
    s->n_buckets = s->n_buckets ? s->n_buckets * 2 : HASH_START;
    while (s->n_buckets < t->n_rows) s->n_buckets *= 2;
    free(s->bucket);
    s->bucket = must(calloc(s->n_buckets, sizeof *s->bucket));
    for (uint32_t i = 1; i <= t->n_places; i++) {
        if (place_at(t, i)->root == root) place_hash(s, place_at(t, i), i);
    }
}

static void place_link(struct table *t, struct place *p, uint32_t row);

/* Most directories are called as the list has them: those borrow their name from it, and their row is known with it. */
static void place_name(struct table *t, struct place *p, const char *name) {
    bool exact = false;
    long at = t->list ? sweep_list_match(t->list, t->profile, name, false, &exact) : -1;
    p->borrows_name = exact && at >= 0;
    p->name = p->borrows_name ? t->list->cases[at].title : arena_copy(&t->arena, name, strlen(name));
    if (!p->borrows_name) return;
    p->exact = true;
    place_link(t, p, (uint32_t)at);
}

static struct place *place_new(struct table *t, enum root_id root, const char *name) {
    struct place_set *s = &t->places[root];
    if (s->n >= s->n_buckets) place_set_grow(t, root);
    if (t->n_places % BLOCK_PLACES == 0) {
        size_t block = t->n_places / BLOCK_PLACES;
        t->blocks = grow(t->blocks, &t->cap_blocks, block + 1, sizeof *t->blocks);
        t->blocks[block] = must(malloc(BLOCK_PLACES * sizeof **t->blocks));
    }
    uint32_t number = ++t->n_places;
    struct place *p = place_at(t, number);
    memset(p, 0, sizeof *p);
    p->hash = name_hash(name) & HASH_BITS;
    p->root = root & 3;
    p->row = ROW_NONE;
    p->archive_on = -1;
    p->changed_at = p->seen_at = -1;
    place_name(t, p, name);
    place_hash(s, p, number);
    s->n++;
    t->last[root] = number;
    return p;
}

static size_t told_size(const struct place *p) {
    return p->root == ROOT_BATCH ? offsetof(struct place_told, changed_run) : sizeof(struct place_told);
}

/* What is seldom there is made when there is something to keep, and stays. */
static struct place_told *told_of(struct table *t, struct place *p) {
    if (p->told) return p->told;
    struct place_told **spare = &t->spare_told[p->root];
    p->told = *spare;
    if (p->told)
        memcpy(spare, p->told, sizeof *spare);
    else
        p->told = arena_take(&t->arena, told_size(p), _Alignof(struct place_told));
    memset(p->told, 0, told_size(p));
    return p->told;
}

static struct place_more *more_of(struct table *t, struct place *p) {
    if (p->has_more) return (struct place_more *)p->told;
    struct place_more *more = arena_take(&t->arena, sizeof *more, _Alignof(struct place_more));
    memset(more, 0, sizeof *more);
    more->chunk_rows = -1;
    if (p->told) {
        memcpy(&more->told, p->told, told_size(p));
        memcpy(p->told, &t->spare_told[p->root], sizeof t->spare_told[0]);
        t->spare_told[p->root] = p->told;
    }
    p->told = &more->told;
    p->has_more = true;
    return more;
}

static struct place_more *more_if_any(const struct place *p) {
    return p->has_more ? (struct place_more *)p->told : NULL;
}

static void keep_said(struct table *t, struct place *p, const struct case_said *s) {
    const struct case_said *now = p->told ? p->told->said : NULL;
    said_keep(&t->said, &now, s);
    if (now || p->told) told_of(t, p)->said = now;
}

static void mismatches_clear(struct place *p) {
    struct place_more *more = more_if_any(p);
    while (more && more->mismatches) {
        struct mismatch *m = more->mismatches;
        more->mismatches = m->next;
        set_string(&m->found, NULL);
        set_string(&m->batch, NULL);
        free(m);
    }
}

static void place_forget(struct table *t, struct place *p) {
    files_clear(&t->files, p);
    mismatches_clear(p);
    keep_said(t, p, &(struct case_said){0});
    p->progress_known = false;
    struct place_more *m = more_if_any(p);
    if (!m) return;
    m->overwritten_what = NULL;
    m->chunk_rows = -1;
    m->chunks = 0;
    m->all = false;
    free(m->history);
    m->history = NULL;
}

/* ---- heap of deadlines ---- */

static void heap_put(struct table *t, size_t pos, struct due due) {
    t->heap[pos] = due;
    t->rows[due.row].heap_pos = (uint32_t)pos + 1; /* 0: not in the heap */
}

static void heap_up(struct table *t, size_t pos) {
    struct due due = t->heap[pos];
    for (; pos > 0 && due.deadline < t->heap[(pos - 1) / 2].deadline; pos = (pos - 1) / 2) {
        heap_put(t, pos, t->heap[(pos - 1) / 2]);
    }
    heap_put(t, pos, due);
}

static void heap_down(struct table *t, size_t pos) {
    struct due due = t->heap[pos];
    for (;;) {
        size_t child = 2 * pos + 1;
        if (child >= t->n_heap) break;
        if (child + 1 < t->n_heap && t->heap[child + 1].deadline < t->heap[child].deadline) child++;
        if (t->heap[child].deadline >= due.deadline) break;
        heap_put(t, pos, t->heap[child]);
        pos = child;
    }
    heap_put(t, pos, due);
}

static void heap_set(struct table *t, uint32_t row, int64_t deadline) {
    struct row *r = &t->rows[row];
    if (r->heap_pos == 0) {
        if (deadline == INT64_MAX) return;
        t->heap = grow(t->heap, &t->cap_heap, t->n_heap + 1, sizeof *t->heap);
        heap_put(t, t->n_heap++, (struct due){deadline, row});
        heap_up(t, t->n_heap - 1);
        return;
    }
    size_t pos = r->heap_pos - 1;
    if (t->heap[pos].deadline == deadline) return;
    struct due due = {deadline, row};
    if (deadline == INT64_MAX) {
        due = t->heap[--t->n_heap]; /* the last one takes its place */
        r->heap_pos = 0;
        if (due.row == row) return;
    }
    heap_put(t, pos, due);
    heap_up(t, pos);
    heap_down(t, t->rows[due.row].heap_pos - 1);
}

/* ---- rows ---- */

static void mark(struct table *t, uint32_t row) {
    if (row == ROW_NONE || t->rows[row].dirty) return;
    t->rows[row].dirty = true;
    t->dirty = grow(t->dirty, &t->cap_dirty, t->n_dirty + 1, sizeof *t->dirty);
    t->dirty[t->n_dirty++] = row;
}

static void mark_all(struct table *t) {
    for (size_t i = 0; i < t->n_rows; i++) mark(t, (uint32_t)i);
}

/* As many as there are rows, so that one tick can never push out what it has put in itself. */
static void transitions_room(struct table *t, size_t rows) {
    if (rows <= t->cap_transitions) return;
    size_t kept = table_transition_count(t), cap = rows > 2 * t->cap_transitions ? rows : 2 * t->cap_transitions;
    struct transition *ring = must(calloc(cap, sizeof *ring));
    uint64_t oldest = t->n_transitions - kept;
    for (size_t i = 0; i < kept; i++) ring[(oldest + i) % cap] = *table_transition(t, i);
    free(t->transitions);
    t->transitions = ring;
    t->cap_transitions = cap;
}

static void *room(void *p, size_t *cap, size_t need, size_t size) {
    if (need <= *cap) return p;
    *cap = need;
    return must(realloc(p, need * size));
}

/* As many as needed, where growing step by step would take twice as many and leave holes behind. */
static void rows_room(struct table *t, size_t n) {
    transitions_room(t, n);
    t->rows = room(t->rows, &t->cap_rows, n, sizeof *t->rows);
    t->cause = room(t->cause, &t->cap_cause, n, sizeof *t->cause);
    t->dirty = room(t->dirty, &t->cap_dirty, n, sizeof *t->dirty);
    t->heap = room(t->heap, &t->cap_heap, n, sizeof *t->heap);
}

static struct row_more *more_of_row(struct row *r) {
    if (!r->more) r->more = must(calloc(1, sizeof *r->more));
    return r->more;
}

static uint32_t row_new(struct table *t, const char *title, int64_t now) {
    t->rows = grow(t->rows, &t->cap_rows, t->n_rows + 1, sizeof *t->rows);
    t->cause = grow(t->cause, &t->cap_cause, t->n_rows + 1, sizeof *t->cause);
    uint32_t index = (uint32_t)t->n_rows++;
    t->cause[index] = 0;
    struct row *r = &t->rows[index];
    memset(r, 0, sizeof *r);
    r->title = title;
    r->index = index;
    r->status = STATUS_PENDING;
    r->status_since = now & TIME_BITS;
    r->first_seen = -1;
    r->required = t->n_required;
    t->status_count[STATUS_PENDING]++;
    mark(t, index);
    transitions_room(t, t->n_rows);
    return index;
}

/* ---- what the cases call their batch ---- */

const char *table_moved_from(const struct table *t) {
    const struct name_count *b = t->batch_names;
    bool agreed = t->named_here == 0 && b && !b->next;
    return agreed && b->cases >= MOVED_CASES ? b->name : NULL;
}

bool mismatch_counts(const struct mismatch *m, const char *moved_from) {
    return !(moved_from && m->batch && strcmp(m->batch, moved_from) == 0);
}

static void count_name(struct name_count **list, const char *name, bool add) {
    struct name_count **at = list;
    while (*at && strcmp((*at)->name, name) != 0) at = &(*at)->next;
    if (!*at) {
        *at = must(calloc(1, sizeof **at));
        set_string(&(*at)->name, name);
    }
    struct name_count *b = *at;
    b->cases += add ? 1 : (size_t)-1;
    if (b->cases > 0) return;
    *at = b->next;
    set_string(&b->name, NULL);
    free(b);
}

static void names_free(struct name_count *list) {
    while (list) {
        struct name_count *b = list;
        list = b->next;
        set_string(&b->name, NULL);
        free(b);
    }
}

/* Adds or takes away what this case's configuration calls its batch. Directories that are no case do not count. */
static void claim(struct table *t, struct place *p, bool add) {
    if (p->claimed == add || p->row == ROW_NONE || p->root != ROOT_BATCH) return;
    const char *named = place_said(p)->named_batch;
    if (add && !p->names_here && !named) return;
    bool moved = table_moved_from(t) != NULL;
    p->claimed = add;
    if (named)
        count_name(&t->batch_names, named, add);
    else
        t->named_here += add ? 1 : (size_t)-1;
    if (moved != (table_moved_from(t) != NULL)) {
        mark_all(t);
        t->version++;
    }
}

/* Adds or takes away the directory that this case's configuration archives to. */
static void claim_archive(struct table *t, struct place *p, bool add) {
    const char *dir = place_said(p)->archive_dir;
    bool says = p->archive_on == 1 && dir && dir[0];
    if (p->claims_archive == add || !says || p->root != ROOT_BATCH) return;
    p->claims_archive = add;
    count_name(&t->archives, dir, add);
}

size_t table_path_room(const struct table *t) {
    size_t batch = t->policy->batch_path_len ? t->policy->batch_path_len : strlen(t->policy->batch_path);
    return batch + 2 + profile_longest_path(t->profile); /* BATCH/TITLE/PATH */
}

static bool looks_like_a_case(const struct table *t, const struct place *p) {
    char tokens[PROFILE_MAX_COLUMNS][32];
    if (profile_parse_title(t->profile, p->name, tokens) > 0) return true;
    for (int i = 0; i < t->profile->n_artifacts; i++) {
        if (place_file(p, i)->content != CONTENT_ABSENT) return true;
    }
    return false;
}

/* Last name of a place's path. */
static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void place_link(struct table *t, struct place *p, uint32_t row) {
    struct place *before = NULL, *after = t->rows[row].place[p->root];
    while (after && strcmp(after->name, p->name) < 0) { /* the order they come in must not show */
        before = after;
        after = place_more(after)->next;
    }
    p->row = row;
    if (after) more_of(t, p)->next = after;
    if (before)
        more_of(t, before)->next = p;
    else
        t->rows[row].place[p->root] = p;
    mark(t, row);
}

static void match_by_list(struct table *t, struct place *p) {
    bool exact = false;
    long row = sweep_list_match(t->list, t->profile, base_name(p->name), t->policy->fold_case, &exact);
    if (row < 0) return;
    p->exact = exact;
    place_link(t, p, (uint32_t)row);
}

static void link_twins(struct table *t, struct place *p, uint32_t row) {
    if (!p || p->row != ROW_NONE) return;
    p->exact = true;
    place_link(t, p, row);
}

static void exit_link(struct table *t, struct exit_note *x, uint32_t row) {
    struct row *r = &t->rows[row];
    x->row = row;
    struct row_more *more = more_of_row(r);
    x->row_next = more->exits;
    more->exits = x;
    more->exit = exits_choose(x);
    mark(t, row);
}

/* Finds the row a directory belongs to; in discovery a directory of the batch makes its own. The archive is shared by
 * all batches: there only directories of this batch count. */
static void place_match(struct table *t, struct place *p, int64_t now) {
    if (p->row != ROW_NONE) return;
    if (t->list) {
        match_by_list(t, p);
    } else if (t->policy->discover && p->root == ROOT_ARCHIVE) {
        const struct place *local = place_find(t, ROOT_BATCH, base_name(p->name));
        if (local && local->row != ROW_NONE) link_twins(t, p, local->row);
    } else if (t->policy->discover && p->present && looks_like_a_case(t, p)) {
        uint32_t row = row_new(t, p->name, now);
        struct exit_note *x = exits_find(&t->exits, p->name);
        link_twins(t, p, row);
        if (x && x->row == EXIT_NO_ROW) exit_link(t, x, row);
        link_twins(t, place_find(t, ROOT_ARCHIVE, p->name), row);
    }
}

/* In a directory of its batch: an archive that keeps batches apart. */
static bool is_nested(const struct place *p) { return strchr(p->name, '/') != NULL; }

/* The directory with the preferred name, else the one with the title itself, else the only one. Where the archive has
 * anything in this batch's own directory, only that counts: the others may be of any batch. */
static const struct place *choose(const struct row *r, enum root_id root, const char *preferred, bool *ambiguous) {
    const struct place *only = NULL, *exact = NULL;
    int candidates = 0;
    bool nested = false;
    *ambiguous = false;
    const struct place *first = r->place[root];
    if (!first || !place_more(first)->next) return first && first->present ? first : NULL; /* nearly always */
    for (const struct place *p = first; p; p = place_more(p)->next)
        nested |= p->present && p->has_files && is_nested(p);
    for (const struct place *p = first; p; p = place_more(p)->next) {
        if (!p->present || (nested && !is_nested(p))) continue;
        if (preferred && strcmp(base_name(p->name), preferred) == 0) return p;
        if (p->exact) exact = p;
        only = p;
        candidates++;
    }
    if (exact) return exact;
    *ambiguous = candidates > 1;
    return candidates == 1 ? only : NULL;
}

/* The archiver keeps the directory's name: in the archive the one that is called as here counts first. */
static const struct place *chosen(const struct row *r, enum root_id root, bool *ambiguous) {
    bool local_ambiguous;
    if (root == ROOT_BATCH) return choose(r, ROOT_BATCH, NULL, ambiguous);
    const struct place *local = r->place[root] ? choose(r, ROOT_BATCH, NULL, &local_ambiguous) : NULL;
    return choose(r, root, local ? base_name(local->name) : NULL, ambiguous);
}

/* ---- clocks that stand still ---- */

/* The watch clock: not while nobody looks. */
static int64_t watch_clock(const struct table *t, int64_t at) {
    const struct fact_away *a = &t->away;
    int64_t begun = at > a->from ? at : a->from;
    return at - a->total + (begun < a->until ? a->until - begun : 0);
}

/* The stall clock of a root: neither while it cannot be read. */
static int64_t root_clock(const struct table *t, enum root_id root, int64_t at) {
    const struct root_state *r = &t->roots[root];
    return (r->readable ? watch_clock(t, at) : r->frozen_at) - r->frozen_total;
}

static bool health_readable(enum root_health h) {
    return h == HEALTH_LIVE || h == HEALTH_POLLING || h == HEALTH_DEGRADED;
}

static void set_last_change(struct table *t, int64_t at) {
    t->last_change = at;
    t->last_change_watch = watch_clock(t, at);
}

/* ---- the order of looks ---- */

static void look_unlink(struct table *t, struct place *p) {
    struct place *older = place_at(t, p->older), *newer = place_at(t, p->newer);
    if (!older && place_at(t, t->oldest[p->root]) != p) return; /* it is not among them */
    *(older ? &older->newer : &t->oldest[p->root]) = p->newer;
    *(newer ? &newer->older : &t->newest[p->root]) = p->older;
    p->older = p->newer = 0;
    p->seen_at = -1;
}

/* Looks are told nearly in their order: the place is at the end, or close to it. */
static void look_note(struct table *t, uint32_t number, int64_t at) {
    struct place *p = place_at(t, number), *before;
    look_unlink(t, p);
    uint32_t older = t->newest[p->root];
    while ((before = place_at(t, older)) != NULL && before->seen_at > at) older = before->older;
    p->seen_at = at & TIME_BITS;
    p->older = older;
    p->newer = before ? before->newer : t->oldest[p->root];
    *(p->newer ? &place_at(t, p->newer)->older : &t->newest[p->root]) = number;
    *(before ? &before->newer : &t->oldest[p->root]) = number;
}

static int64_t changed_run(const struct place *p) {
    return p->root == ROOT_BATCH ? p->changed_clock : (p->told ? p->told->changed_run : 0);
}

static void note_change(struct table *t, struct place *p, int64_t at, bool first_sight) {
    const struct root_state *root = &t->roots[p->root];
    if (at < p->changed_at) at = p->changed_at; /* a look began before it saw its files */
    int64_t clock = root_clock(t, (enum root_id)p->root, at);
    if (!first_sight && p->row != ROW_NONE && p->changed_at >= 0) {
        struct row *r = &t->rows[p->row];
        int64_t quiet = clock - p->changed_clock;
        r->seen_active = true;
        if (quiet >= QUIET_SAMPLE_MIN_MS) {
            struct row_more *more = more_of_row(r);
            if (!more->quiet) more->quiet = must(calloc(1, sizeof *more->quiet));
            quiet_samples_add(more->quiet, quiet);
            quiet_histogram_add(&t->quiet, quiet);
        }
    }
    p->changed_at = at & TIME_BITS;
    p->changed_clock = clock;
    if (p->root != ROOT_BATCH) told_of(t, p)->changed_run = root_clock(t, ROOT_BATCH, at);
    if (p->root == ROOT_BATCH && p->row != ROW_NONE && clock > t->last_run_change) t->last_run_change = clock;
    /* What the first pass finds was there before: no activity of the sweep. */
    if (root->scanned || t->last_change < 0) set_last_change(t, at);
    t->version++;
    mark(t, p->row);
}

/* ---- applying facts ---- */

static void apply_root(struct table *t, const struct fact *f) {
    struct root_state *r = &t->roots[f->root];
    bool readable = health_readable(f->u.root_state.health);
    bool was_readable = r->readable, was_in_play = r->in_play;
    if (readable && !r->readable) r->frozen_total += watch_clock(t, f->at) - r->frozen_at;
    if (!readable && r->readable) r->frozen_at = watch_clock(t, f->at);
    r->readable = readable;
    r->in_play = true;
    r->health = f->u.root_state.health;
    r->learned = f->u.root_state.learned;
    if (r->slow || f->u.root_state.slow) r->slow_at = f->at;
    r->slow = f->u.root_state.slow;
    r->since = f->u.root_state.since;
    r->settle_ms = f->u.root_state.settle_ms;
    r->poll_ms = f->u.root_state.poll_ms;
    r->space_total = f->u.root_state.space_total;
    r->space_free = f->u.root_state.space_free;
    set_string(&r->path, f->u.root_state.path);
    set_string(&r->reason, f->u.root_state.reason);
    if (readable != was_readable || !was_in_play) mark_all(t);
    t->version++;
}

static void place_gone(struct table *t, struct place *p, int64_t at) {
    if (!p->present) return;
    claim(t, p, false);
    claim_archive(t, p, false);
    place_forget(t, p);
    look_unlink(t, p);
    p->present = p->has_files = false;
    p->pre_run = p->config_read = p->names_here = p->names_other = p->violation = p->overwritten = false;
    p->progress_told = false;
    p->archive_on = -1;
    p->stamp = 0;
    note_change(t, p, at, false);
}

static void apply_scan_end(struct table *t, const struct fact *f) {
    struct root_state *r = &t->roots[f->root];
    if (f->u.scan.generation != r->generation) return; /* of a pass that another one has replaced */
    for (uint32_t i = 1; i <= t->n_places; i++) {
        struct place *p = place_at(t, i);
        bool unseen_there = p->root == f->root && p->present && p->generation != f->u.scan.generation;
        if (unseen_there) place_gone(t, p, f->at);
    }
    bool was_expected = t->pass_expected && !table_pass_ended(t, f->root);
    r->ended = f->u.scan.generation;
    if (t->over && was_expected) mark_all(t); /* verified after all */
    if (!r->scanned) {
        r->scanned = true;
        r->scanned_at = f->at;
        if (t->last_change < 0) set_last_change(t, f->at);
        mark_all(t);
    }
    t->version++;
}

static struct place *place_for(struct table *t, const struct fact *f) {
    struct place *p = place_of(t, f);
    return p ? p : place_new(t, f->root, f->place);
}

/* Is this of a look before the last pass? */
static bool is_unseen(const struct table *t, const struct place *p) {
    return t->pass_expected && p->generation <= t->roots[p->root].last_pass_after;
}

static bool any_partial(const struct place *p) {
    for (size_t i = 0, n = bits_set(p->files); i < n; i++) {
        if (p->file[i].content == CONTENT_PARTIAL) return true;
    }
    return false;
}

static void apply_place(struct table *t, const struct fact *f) {
    if (!f->u.place_state.present) {
        struct place *known = place_of(t, f);
        if (known) place_gone(t, known, f->at);
        return;
    }
    struct place *p = place_for(t, f);
    bool first = !p->present || p->seen_at < 0; /* its files may have been told before it */
    bool was_unseen = is_unseen(t, p);
    bool changed = first || p->stamp != f->u.place_state.stamp || p->has_files != f->u.place_state.has_files;
    p->present = true;
    p->generation = t->roots[f->root].generation;
    p->has_files = f->u.place_state.has_files;
    p->stamp = f->u.place_state.stamp;
    place_match(t, p, f->at);
    if (p->row != ROW_NONE && p->has_files && t->rows[p->row].first_seen < 0)
        t->rows[p->row].first_seen = f->at & TIME_BITS;
    if (changed) files_earlier(p, f->at, t->roots[f->root].settle_ms);
    if (changed) note_change(t, p, f->at, first);
    /* Another look without a change may end the settling time: of something not whole, or of a finished copy. */
    int64_t settle = t->roots[f->root].settle_ms;
    bool settled = p->seen_at - p->changed_at < settle && f->at - p->changed_at >= settle;
    look_note(t, t->last[f->root], f->at);
    if (settled || any_partial(p) || was_unseen != is_unseen(t, p)) mark(t, p->row);
}

/* Splits the last two names off a path with '/' or '\'. Returns how many there are (0..2). */
static int path_end(const char *path, const char *name[2], size_t len[2]) {
    size_t end = strlen(path);
    int n = 0;
    while (n < 2) {
        while (end > 0 && (path[end - 1] == '/' || path[end - 1] == '\\')) end--;
        size_t start = end;
        while (start > 0 && path[start - 1] != '/' && path[start - 1] != '\\') start--;
        if (start == end) break;
        if (!(end - start == 1 && path[start] == '.')) {
            name[n] = path + start;
            len[n] = end - start;
            n++;
        }
        end = start;
    }
    return n;
}

static bool is_windows_path(const char *s) {
    bool drive = ((s[0] >= 'A' && s[0] <= 'Z') || (s[0] >= 'a' && s[0] <= 'z')) && s[1] == ':';
    return drive || strchr(s, '\\') != NULL;
}

static bool name_is(const char *s, size_t len, const char *name, bool fold) {
    if (!name || strlen(name) != len) return false;
    for (size_t i = 0; i < len; i++) {
        unsigned char a = (unsigned char)s[i], b = (unsigned char)name[i];
        if (fold && a >= 'A' && a <= 'Z') a = (unsigned char)(a + 32);
        if (fold && b >= 'A' && b <= 'Z') b = (unsigned char)(b + 32);
        if (a != b) return false;
    }
    return true;
}

/* One more contradiction; NULL: it has been told, in another form of the document. */
static struct mismatch *mismatch_add(struct table *t, struct place *p, const struct fact_value *v) {
    struct mismatch **end = &more_of(t, p)->mismatches;
    for (; *end; end = &(*end)->next) {
        if ((*end)->value == v->value && strcmp((*end)->found, v->text) == 0) return NULL;
    }
    struct mismatch *m = *end = must(calloc(1, sizeof *m));
    m->value = v->value;
    m->form = v->form;
    set_string(&m->found, v->text);
    return m;
}

/* Does a configured path name this very directory? Paths of other machines and relative ones agree at their end: the
 * case's name, and before it the batch's. */
static void judge_case_dir(struct table *t, struct place *p, const struct fact_value *v, struct case_said *said) {
    const char *path = v->text, *name[2];
    size_t len[2];
    bool fold = t->policy->fold_case || is_windows_path(path);
    int n = path_end(path, name, len);
    if (n == 0) return;
    bool same_case = name_is(name[0], len[0], base_name(p->name), fold);
    if (same_case && n < 2) return;
    if (same_case && (name_is(name[1], len[1], t->policy->batch_name, fold) ||
                      name_is(name[1], len[1], t->policy->batch_real_name, fold))) {
        p->names_here = true;
        return;
    }
    p->names_other = true;
    struct mismatch *m = mismatch_add(t, p, v);
    if (!same_case || !m) return;
    char *batch = must(malloc(len[1] + 1));
    memcpy(batch, name[1], len[1]);
    batch[len[1]] = '\0';
    m->batch = batch;
    if (!said->named_batch) said->named_batch = batch;
}

static bool same_number(double a, double b) {
    double scale = a < 0 ? -a : a, d = a < b ? b - a : a - b;
    double other = b < 0 ? -b : b;
    if (other > scale) scale = other;
    return d <= 1e-9 * scale;
}

/* What the list (or, without one, the directory's own name) says of a column. */
static bool expected_value(const struct table *t, const struct place *p, int column, double *out) {
    const struct sweep_case *c = p->row != ROW_NONE ? table_case(t, &t->rows[p->row]) : NULL;
    if (c) {
        if (column >= c->columns) return false;
        *out = sweep_case_value(c, column);
        return true;
    }
    char tokens[PROFILE_MAX_COLUMNS][32];
    int n = profile_parse_title(t->profile, base_name(p->name), tokens);
    return column < n && text_number(tokens[column], out);
}

/* Python's words for what is equal to no number of a list. */
static bool is_no_number(const char *s) {
    return strcmp(s, "NaN") == 0 || strcmp(s, "Infinity") == 0 || strcmp(s, "-Infinity") == 0;
}

static bool is_true(const char *s) { return strcmp(s, "true") == 0; }

static bool is_foreign(const struct table *t, const char *path) {
    bool windows_here = t->policy->separator == '\\';
    if (windows_here) return !is_windows_path(path);
    return path[0] != '/';
}

/* Several forms may say it; the last of the profile counts, in whatever order they stand in the file. */
static void apply_progress_end(const struct table *t, const struct fact_value *fv, struct case_said *said) {
    double end;
    if (!text_number(fv->text, &end) || !(end > 0)) return;
    if (said->progress_end > 0 && said->progress_end_from > fv->value) return;
    said->progress_end = end * t->profile->value[fv->value].scale;
    said->progress_end_from = fv->value;
}

static void apply_value(struct table *t, struct place *p, const struct fact_value *fv, struct case_said *said) {
    const struct profile_value *v = &t->profile->value[fv->value];
    double found, expected;
    switch (v->use) {
    case USE_COLUMN:
        if (!expected_value(t, p, v->column, &expected)) break;
        if (is_no_number(fv->text) || (text_number(fv->text, &found) && !same_number(found * v->scale, expected))) {
            mismatch_add(t, p, fv);
        }
        break;
    case USE_CASE_DIR:
        judge_case_dir(t, p, fv, said);
        break;
    case USE_PHASE:
        p->pre_run |= strcmp(fv->text, v->expect) == 0;
        break;
    case USE_ARCHIVE_ENABLED:
        if (p->archive_on != 0 || !is_true(fv->text)) p->archive_on = is_true(fv->text);
        break;
    case USE_ARCHIVE_FORCED_OFF:
        if (is_true(fv->text)) p->archive_on = 0;
        break;
    case USE_ARCHIVE_DIR:
        said->archive_dir = fv->text;
        break;
    case USE_OUTCOME:
        said->outcome = fv->text;
        break;
    case USE_VIOLATION:
        p->violation = true;
        break;
    case USE_PROGRESS_END:
        apply_progress_end(t, fv, said);
        break;
    case USE_MERGE_TARGET:
    case USE_KEEP_LOCAL:
        break;
    }
}

static void apply_values(struct table *t, struct place *p, const struct fact_file *f) {
    unsigned roles = t->profile->artifact[f->artifact].roles;
    bool config = (roles & ROLE_CONFIG) != 0, remarks = t->remarks >> f->artifact & 1;
    if (!config && !remarks && f->n_values == 0) return;
    struct case_said said = *place_said(p);
    if (config) {
        claim(t, p, false);
        claim_archive(t, p, false);
        mismatches_clear(p);
        p->pre_run = p->names_here = p->names_other = false;
        p->archive_on = -1;
        p->config_read = f->content == CONTENT_WHOLE;
        said = (struct case_said){.outcome = said.outcome};
    }
    for (int i = 0; remarks && i < t->profile->n_values; i++) {
        if (t->profile->value[i].artifact != f->artifact) continue;
        if (t->profile->value[i].use == USE_OUTCOME) said.outcome = NULL;
        if (t->profile->value[i].use == USE_VIOLATION) p->violation = false;
    }
    for (size_t i = 0; i < f->n_values; i++) apply_value(t, p, &f->values[i], &said);
    keep_said(t, p, &said);
    if (config) {
        claim(t, p, true);
        claim_archive(t, p, true);
    }
}

/* Nothing there, and nothing to say of it. */
static bool is_nothing(const struct fact_file *n) {
    return n->content == CONTENT_ABSENT && n->via == VIA_ITSELF && !n->locked && !n->differs && n->size == 0 &&
           n->mtime_ns == 0 && n->id == 0 && n->hash == 0 && n->chunks == 0 && !n->name && !n->note && !n->holder;
}

/* A finished result, long settled, is now another one. */
static bool is_overwritten(const struct table *t, const struct place *p, const struct fact *f) {
    const struct fact_file *n = &f->u.file;
    const struct file_state *old = place_file(p, n->artifact);
    if (!(t->profile->artifact[n->artifact].roles & ROLE_WRITTEN_ONCE) || p->root != ROOT_BATCH) return false;
    if (t->policy->one_pass || old->content != CONTENT_WHOLE || old->via != VIA_ITSELF) return false;
    if (n->content == CONTENT_ABSENT || n->via != VIA_ITSELF) return false;
    if (file_rested(p, old) < t->roots[p->root].settle_ms) return false;
    if (n->hash && file_hash(old) == n->hash) return false;
    return file_size(old) != n->size || old->mtime_ns != n->mtime_ns || !file_same_identity(old, n);
}

static void apply_file(struct table *t, const struct fact *f) {
    const struct fact_file *n = &f->u.file;
    struct place *p = place_of(t, f);
    if (!p) {
        if (n->content == CONTENT_ABSENT) return;
        p = place_new(t, f->root, f->place);
    }
    bool first_sight = !p->present;
    if (first_sight) {
        p->present = true;
        p->generation = t->roots[f->root].generation;
        place_match(t, p, f->at);
    }
    const struct file_state *old = place_file(p, n->artifact);
    bool version = file_size(old) != n->size || old->mtime_ns != n->mtime_ns || !file_same_identity(old, n) ||
                   old->via != n->via || (old->content == CONTENT_ABSENT) != (n->content == CONTENT_ABSENT);
    bool told = file_hash(old) != n->hash || !file_same_words(old, n);
    bool changed =
        version || told || old->content != n->content || old->locked != n->locked || old->differs != n->differs;
    if (is_overwritten(t, p, f)) {
        p->overwritten = true;
        more_of(t, p)->overwritten_what = t->profile->artifact[n->artifact].path;
    }
    if (version) files_earlier(p, f->at, t->roots[f->root].settle_ms);
    if (is_nothing(n)) {
        file_drop(&t->files, p, n->artifact);
    } else if (changed) {
        struct file_state *s = file_make(&t->files, p, n->artifact);
        if (version || told) file_set_more(s, n);
        s->content = n->content & 7;
        s->via = n->via & 3;
        s->locked = n->locked;
        s->differs = n->differs;
        s->mtime_ns = n->mtime_ns;
        if (version) file_seen(p, s, f->at);
    }
    /* The match may need the artifact (a case that its name does not tell), the values need the match. */
    place_match(t, p, f->at);
    apply_values(t, p, n);
    if (version) {
        note_change(t, p, f->at, first_sight || p->seen_at < 0);
    } else if (changed) {
        t->version++;
        mark(t, p->row);
    }
}

static void apply_progress(struct table *t, const struct fact *f) {
    struct place *p = place_of(t, f);
    bool nothing = f->u.progress.rows < 0 && f->u.progress.chunks == 0 && isnan(f->u.progress.value);
    if (!p && nothing) return;
    if (!p) p = place_new(t, f->root, f->place);
    bool observed = p->progress_told; /* what the first look finds was there before */
    p->progress_told = true;
    if (nothing && !p->progress_known) return;
    double before = place_progress(p).value, value = f->u.progress.value;
    p->progress_known = true;
    told_of(t, p)->rows = f->u.progress.rows;
    p->told->value = value;
    bool chunks = f->u.progress.chunk_rows >= 0 || f->u.progress.chunks > 0 || f->u.progress.all;
    bool grew = observed && (isnan(before) ? !isnan(value) : value > before);
    if (chunks || grew || p->has_more) {
        struct place_more *m = more_of(t, p);
        m->chunk_rows = f->u.progress.chunk_rows;
        m->chunks = f->u.progress.chunks;
        m->all = f->u.progress.all;
        if (m->history && (isnan(value) || value < before)) m->history->n = 0;
        if (grew && !m->history) m->history = must(calloc(1, sizeof *m->history));
        if (grew) progress_grew(m->history, root_clock(t, f->root, f->at), value);
    }
    t->version++;
    mark(t, p->row);
}

static void apply_setting(struct table *t, const char *key, const char *value) {
    struct setting *s = t->settings;
    while (s && strcmp(s->key, key) != 0) s = s->next;
    if (!s) {
        s = must(calloc(1, sizeof *s));
        s->key = copy_string(key);
        s->next = t->settings;
        t->settings = s;
    }
    free(s->value);
    s->value = copy_string(value);
    t->version++;
}

static void apply_elsewhere(struct table *t, const struct fact *f) {
    const struct row *found = table_find(t, f->place);
    if (!found) return;
    struct row *r = &t->rows[found->index];
    struct row_more *more = more_of_row(r);
    more->elsewhere_whole = (uint8_t)f->u.elsewhere.whole;
    set_string(&more->elsewhere, f->u.elsewhere.path);
    t->version++;
    mark(t, r->index);
}

/* Records may come before the list that has their case. */
static void exit_match(struct table *t, struct exit_note *x) {
    long row = -1;
    if (t->list && x->by_command) {
        if (!t->commands) t->commands = command_match_new(t->list, t->profile, t->policy->fold_case);
        row = command_match_find(t->commands, x->key, &x->ambiguous);
    } else if (t->list) {
        bool exact;
        row = sweep_list_match(t->list, t->profile, x->key, t->policy->fold_case, &exact);
    } else {
        const struct place *p = place_find(t, ROOT_BATCH, x->key);
        if (p && p->row != ROW_NONE) row = (long)p->row;
    }
    if (row >= 0) exit_link(t, x, (uint32_t)row);
}

static void exits_match_all(struct table *t) {
    for (size_t i = 0; i < t->exits.n_buckets; i++) {
        for (struct exit_note *x = t->exits.bucket[i]; x; x = x->hash_next) {
            x->row = EXIT_NO_ROW;
            x->row_next = NULL;
            exit_match(t, x);
        }
    }
}

static void apply_exit(struct table *t, const struct fact *f) {
    bool changed;
    struct exit_note *x = exits_put(&t->exits, f, &changed);
    if (x->row == EXIT_NO_ROW) exit_match(t, x);
    if (!changed) return;
    t->version++;
    if (x->row == EXIT_NO_ROW) return;
    struct row_more *more = t->rows[x->row].more;
    more->exit = exits_choose(more->exits);
    mark(t, x->row);
}

/* Sleeps are told of in order; one known already says nothing new. Deadlines come too early then, and are judged anew.
 */
static void apply_away(struct table *t, const struct fact_away *a) {
    if (a->total < t->away.total || a->until <= t->away.until) return;
    t->away = *a;
    t->version++;
}

/* l: the list of f, NULL: is still to be made. */
static void apply_list(struct table *t, const struct fact *f, struct sweep_list *l) {
    uint64_t stamp = text_hash(f->u.list.text, f->u.list.len, table_path_room(t));
    set_string((const char **)&t->list_path, f->u.list.path);
    if (stamp == t->list_stamp) { /* the same list again is no news: rows keep what is known of them */
        sweep_list_free(l);
        return;
    }
    if (!l) l = sweep_list_parse(f->u.list.text, f->u.list.len, t->profile, table_path_room(t));
    table_set_list(t, l, f->at);
    t->list_stamp = stamp;
}

static bool is_of_a_root(enum fact_kind kind) {
    return kind != FACT_PARENT && kind != FACT_ELSEWHERE && kind != FACT_MACHINE && kind != FACT_AWAY;
}

static void hear(struct table *t, const struct fact *f) {
    struct root_state *root = &t->roots[f->root];
    if (is_of_a_root(f->kind) && f->at > root->last_fact_at) root->last_fact_at = f->at;
}

void table_apply_list(struct table *t, const struct fact *f, struct sweep_list *l) {
    hear(t, f);
    apply_list(t, f, l);
}

void table_apply(struct table *t, const struct fact *f) {
    hear(t, f);
    switch (f->kind) {
    case FACT_ROOT:
        apply_root(t, f);
        break;
    case FACT_SCAN_BEGIN:
        t->roots[f->root].generation = f->u.scan.generation;
        break;
    case FACT_SCAN_END:
        apply_scan_end(t, f);
        break;
    case FACT_PLACE:
        apply_place(t, f);
        break;
    case FACT_FILE:
        apply_file(t, f);
        break;
    case FACT_SETTING:
        apply_setting(t, f->u.setting.key, f->u.setting.value);
        break;
    case FACT_EXIT:
        apply_exit(t, f);
        break;
    case FACT_ELSEWHERE:
        apply_elsewhere(t, f);
        break;
    case FACT_PROGRESS:
        apply_progress(t, f);
        break;
    case FACT_MACHINE: /* no new version: what cases and their order are does not depend on it */
        t->machine = f->u.machine;
        t->machine_at = f->at;
        break;
    case FACT_AWAY:
        apply_away(t, &f->u.away);
        break;
    case FACT_PARENT:
        t->parent = f->u.parent.alive;
        t->version++;
        break;
    case FACT_LIST:
        if (!f->u.list.problem) apply_list(t, f, NULL);
        break;
    }
}

/* ---- judging ---- */

/* The shorter of two silences; negative: none known. */
static int64_t shorter(int64_t known, int64_t quiet) {
    if (quiet < 0) quiet = 0;
    return known < 0 || quiet < known ? quiet : known;
}

/* p: the place that counts, or NULL. */
static bool unseen(const struct table *t, const struct place *p, enum root_id root) {
    if (!t->over || !t->roots[root].in_play) return false;
    return p ? is_unseen(t, p) : !table_pass_ended(t, root);
}

int64_t table_quiet(const struct table *t, const struct row *r, int64_t now) {
    int64_t quiet = -1;
    for (int i = 0; i < ROOT_COUNT; i++) {
        bool ambiguous;
        const struct place *p = chosen(r, (enum root_id)i, &ambiguous);
        /* An archive that cannot be seen says nothing of a run: it neither hides its silence nor ends it. */
        if (p) quiet = shorter(quiet, root_clock(t, ROOT_BATCH, now) - changed_run(p));
    }
    return quiet;
}

static void view_make(const struct table *t, const struct row *r, int64_t now, struct case_view *v) {
    v->profile = t->profile;
    v->policy = t->policy;
    v->row = r;
    v->expected = table_case(t, r);
    v->over = t->over;
    v->moved_from = table_moved_from(t);
    v->pace = &t->pace;
    v->quiet_ms = table_quiet(t, r, now);
    v->archive_quiet_ms = -1;
    for (int i = 0; i < ROOT_COUNT; i++) {
        v->root[i] = &t->roots[i];
        bool ambiguous;
        v->place[i] = chosen(r, (enum root_id)i, &ambiguous);
        v->unseen[i] = unseen(t, v->place[i], (enum root_id)i);
        if (!v->place[i]) continue;
        v->archive_quiet_ms =
            shorter(v->archive_quiet_ms, root_clock(t, (enum root_id)i, now) - v->place[i]->changed_clock);
    }
    v->grace_frozen = !t->roots[ROOT_ARCHIVE].readable;
    v->threshold_ms =
        stall_threshold(t->policy->stall_after_ms, row_more(r)->quiet, &t->quiet, t->roots[ROOT_BATCH].poll_ms);
}

static bool first_look(const struct table *t) {
    const struct root_state *a = &t->roots[ROOT_ARCHIVE];
    return !t->roots[ROOT_BATCH].scanned || (a->in_play && a->readable && !a->scanned);
}

static void transition_add(struct table *t, const struct row *r, uint8_t from, bool first, int64_t now) {
    struct transition *n = &t->transitions[t->n_transitions++ % t->cap_transitions];
    n->row = r->index;
    n->from = from;
    n->to = r->status;
    n->first = first;
    n->at = now;
}

static int64_t bytes_here(const struct table *t, const struct case_view *v) {
    int64_t bytes = 0;
    for (int i = 0; v->place[ROOT_BATCH] && i < t->profile->n_artifacts; i++) {
        int64_t size = file_size(place_file(v->place[ROOT_BATCH], i));
        if ((t->profile->artifact[i].roles & ROLE_REQUIRED) && size < INT64_MAX - bytes) bytes += size;
    }
    return bytes;
}

static void rejudge(struct table *t, uint32_t index, int64_t now) {
    struct row *r = &t->rows[index];
    struct case_view view;
    struct verdict v;
    view_make(t, r, now, &view);
    case_judge(&view, now, &v);
    for (unsigned changed = r->flags ^ v.flags, b = 0; b < FLAG_COUNT; b++) {
        if (!(changed & (1u << b))) continue;
        if (v.flags & (1u << b))
            t->flag_count[b]++;
        else
            t->flag_count[b]--;
        t->version++;
    }
    uint32_t not_whole = v.absent | v.bad | v.growing | v.unknown;
    uint8_t done = t->n_required;
    for (; not_whole; not_whole &= not_whole - 1) done--;
    r->done = done;
    r->flags = v.flags & FLAG_BITS;
    heap_set(t, index, v.deadline);
    if (r->status != (uint8_t)v.status) {
        uint8_t from = r->status;
        t->status_count[from]--;
        t->status_count[v.status]++;
        int64_t since = r->status_since;
        r->status = (uint8_t)v.status;
        r->status_since = now & TIME_BITS;
        if (from == STATUS_ARCHIVING && v.status == STATUS_COMPLETE && !first_look(t)) {
            archive_pace_add(&t->pace, now - since, bytes_here(t, &view));
        }
        transition_add(t, r, from, first_look(t), now);
        t->version++;
    }
    const struct cause_evidence why = cause_of(t, r, &v);
    t->cause[index] = cause_keep(&t->causes, &why);
}

void table_tick(struct table *t, int64_t now) {
    t->now = now;
    while (t->n_heap > 0 && t->heap[0].deadline <= now) {
        uint32_t row = t->heap[0].row;
        heap_set(t, row, INT64_MAX);
        mark(t, row);
    }
    for (size_t i = 0; i < t->n_dirty; i++) {
        t->rows[t->dirty[i]].dirty = false;
        rejudge(t, t->dirty[i], now);
    }
    t->n_dirty = 0;
    if (t->cap_dirty <= DIRTY_KEPT) return;
    free(t->dirty); /* that nearly all are judged at once is seldom */
    t->dirty = NULL;
    t->cap_dirty = 0;
}

int64_t table_deadline(const struct table *t) {
    if (t->n_dirty > 0) return t->now;
    return t->n_heap > 0 ? t->heap[0].deadline : INT64_MAX;
}

void table_set_over(struct table *t, bool over, int64_t now) {
    if (t->over == over) return;
    t->over = over;
    t->now = now;
    t->version++;
    mark_all(t);
}

void table_expect_pass(struct table *t) {
    t->pass_expected = true;
    for (int r = 0; r < ROOT_COUNT; r++) t->roots[r].last_pass_after = t->roots[r].generation;
    if (t->over) mark_all(t);
}

void table_judge(const struct table *t, const struct row *r, int64_t now, struct verdict *out) {
    struct case_view v;
    view_make(t, r, now, &v);
    case_judge(&v, now, out);
}

bool table_progress(const struct table *t, const struct row *r, int64_t now, struct progress *out) {
    bool ambiguous;
    const struct place *p = chosen(r, ROOT_BATCH, &ambiguous);
    *out = progress_unknown();
    if (!p || (!p->progress_known && !(place_said(p)->progress_end > 0))) p = chosen(r, ROOT_ARCHIVE, &ambiguous);
    if (!p) return false;
    double end = place_said(p)->progress_end;
    if (end > 0) out->end = end;
    if (!p->progress_known) return end > 0;
    const struct place_progress g = place_progress(p);
    out->rows = g.rows >= 0 ? g.rows : g.chunk_rows;
    out->merged_rows = g.rows;
    out->chunk_rows = g.chunk_rows;
    out->chunks = g.chunks;
    out->value = g.value;
    static const struct progress_history none = {.n = 0};
    const struct progress_history *history = place_more(p)->history;
    progress_estimate(out, history ? history : &none, root_clock(t, (enum root_id)p->root, now));
    if (r->status == STATUS_RUNNING) return true;
    out->rate = NAN;
    out->eta_ms = out->eta_low_ms = out->eta_high_ms = -1;
    return true;
}

/* ---- life ---- */

struct table *table_new(const struct profile *p, const struct policy *policy) {
    struct table *t = must(calloc(1, sizeof *t));
    t->profile = p;
    t->policy = policy;
    t->files.arena = &t->arena;
    int order[PROFILE_MAX_ARTIFACTS];
    t->n_required = (uint8_t)profile_required(p, order);
    for (int i = 0; i < p->n_values; i++) {
        if (p->value[i].use == USE_OUTCOME || p->value[i].use == USE_VIOLATION)
            t->remarks |= UINT32_C(1) << p->value[i].artifact;
    }
    t->parent = -1;
    t->last_change = t->last_run_change = t->machine_at = -1;
    t->cap_transitions = TABLE_TRANSITIONS;
    t->transitions = must(calloc(t->cap_transitions, sizeof *t->transitions));
    for (int r = 0; r < ROOT_COUNT; r++) t->roots[r].last_fact_at = t->roots[r].slow_at = -1;
    return t;
}

static void rows_drop(struct table *t) {
    for (size_t i = 0; i < t->n_rows; i++) {
        struct row_more *more = t->rows[i].more;
        if (!more) continue;
        free(more->quiet);
        set_string(&more->elsewhere, NULL);
        free(more);
    }
    t->n_rows = t->n_dirty = t->n_heap = 0;
    cause_set_free(&t->causes);
    t->rows_version++;
    t->n_transitions = 0;
    memset(t->status_count, 0, sizeof t->status_count);
    memset(t->flag_count, 0, sizeof t->flag_count);
}

void table_free(struct table *t) {
    if (!t) return;
    rows_drop(t);
    for (uint32_t i = 1; i <= t->n_places; i++) place_forget(t, place_at(t, i));
    for (size_t i = 0; i * BLOCK_PLACES < t->n_places; i++) free(t->blocks[i]);
    free((void *)t->blocks);
    for (int r = 0; r < ROOT_COUNT; r++) {
        free(t->places[r].bucket);
        set_string(&t->roots[r].path, NULL);
        set_string(&t->roots[r].reason, NULL);
    }
    while (t->settings) {
        struct setting *s = t->settings;
        t->settings = s->next;
        free(s->key);
        free(s->value);
        free(s);
    }
    names_free(t->batch_names);
    names_free(t->archives);
    sweep_list_free(t->list);
    exits_clear(&t->exits);
    command_match_free(t->commands);
    said_free(&t->said);
    arena_free(&t->arena);
    free(t->list_path);
    free(t->rows);
    free(t->cause);
    free(t->dirty);
    free(t->heap);
    free(t->transitions);
    free(t);
}

void table_set_list(struct table *t, struct sweep_list *l, int64_t now) {
    struct sweep_list *old = t->list;
    rows_drop(t);
    t->list = l;
    t->list_stamp = 0;
    rows_room(t, l->n_cases);
    for (size_t i = 0; i < l->n_cases; i++) row_new(t, l->cases[i].title, now);
    for (uint32_t i = 1; i <= t->n_places; i++) {
        struct place *p = place_at(t, i);
        claim(t, p, false);
        p->row = ROW_NONE;
        if (p->has_more) more_of(t, p)->next = NULL;
        p->exact = false;
        if (p->borrows_name) place_name(t, p, p->name);
        place_match(t, p, now);
        claim(t, p, true);
    }
    sweep_list_free(old);
    command_match_free(t->commands);
    t->commands = NULL;
    exits_match_all(t);
    t->version++;
}

/* ---- reading ---- */

struct place_progress place_progress(const struct place *p) {
    if (!p->progress_known) return (struct place_progress){.rows = -1, .chunk_rows = -1, .value = (double)NAN};
    const struct place_more *m = more_if_any(p);
    return (struct place_progress){.known = true,
                                   .rows = p->told->rows,
                                   .value = p->told->value,
                                   .chunk_rows = m ? m->chunk_rows : -1,
                                   .chunks = m ? m->chunks : 0,
                                   .all = m && m->all};
}

bool table_over(const struct table *t) { return t->over; }
const struct sweep_case *table_case(const struct table *t, const struct row *r) {
    return t->list ? &t->list->cases[r->index] : NULL;
}
size_t table_count(const struct table *t) { return t->n_rows; }
const struct row *table_row(const struct table *t, size_t i) { return &t->rows[i]; }
uint32_t table_cause(const struct table *t, size_t i) { return t->cause[i]; }
const struct cause_set *table_causes(const struct table *t) { return &t->causes; }
size_t table_status_count(const struct table *t, enum case_status s) { return t->status_count[s]; }
size_t table_flag_count(const struct table *t, enum case_flag_bit b) { return t->flag_count[b]; }
const struct root_state *table_root(const struct table *t, enum root_id r) { return &t->roots[r]; }
const struct profile *table_profile(const struct table *t) { return t->profile; }
const struct policy *table_policy(const struct table *t) { return t->policy; }
const char *table_label(const struct table *t) {
    const char *path = t->policy->label ? t->policy->label : t->policy->batch_path;
    if (!path) path = t->roots[ROOT_BATCH].path;
    return path ? path : "";
}
const struct sweep_list *table_list(const struct table *t) { return t->list; }
const char *table_list_path(const struct table *t) { return t->list_path; }
int64_t table_last_change(const struct table *t) { return t->last_change; }
int table_parent(const struct table *t) { return t->parent; }
const struct fact_away *table_away(const struct table *t) { return &t->away; }
uint64_t table_version(const struct table *t) { return t->version; }
uint32_t table_rows_version(const struct table *t) { return t->rows_version; }
uint64_t table_transition_total(const struct table *t) { return t->n_transitions; }

bool table_pass_ended(const struct table *t, enum root_id r) {
    return !t->pass_expected || t->roots[r].ended > t->roots[r].last_pass_after;
}

bool table_unseen(const struct table *t, const struct row *r, enum root_id root) {
    bool ambiguous;
    return unseen(t, chosen(r, root, &ambiguous), root);
}

int64_t table_oldest_look(const struct table *t, enum root_id r) {
    return t->oldest[r] ? place_at(t, t->oldest[r])->seen_at : -1;
}

int64_t table_silence(const struct table *t, int64_t now) {
    return t->last_change < 0 ? -1 : watch_clock(t, now) - t->last_change_watch;
}

int64_t table_run_silence(const struct table *t, int64_t now) {
    return t->last_run_change < 0 ? -1 : root_clock(t, ROOT_BATCH, now) - t->last_run_change;
}

const struct fact_machine *table_machine(const struct table *t, int64_t now) {
    return t->machine_at >= 0 && now - t->machine_at <= TABLE_MACHINE_FRESH_MS ? &t->machine : NULL;
}

const struct row *table_find(const struct table *t, const char *title) {
    if (t->list) {
        bool exact;
        long i = sweep_list_match(t->list, t->profile, title, t->policy->fold_case, &exact);
        if (i >= 0) return &t->rows[i];
    }
    for (size_t i = 0; !t->list && i < t->n_rows; i++) {
        if (strcmp(t->rows[i].title, title) == 0) return &t->rows[i];
    }
    return NULL;
}

size_t table_unmatched_commands(const struct table *t, const char **example) {
    size_t n = 0;
    if (example) *example = NULL;
    for (size_t i = 0; t->list && i < t->exits.n_buckets; i++) {
        for (const struct exit_note *x = t->exits.bucket[i]; x; x = x->hash_next) {
            if (!x->by_command || x->row != EXIT_NO_ROW) continue;
            if (example && !*example) *example = x->key;
            n++;
        }
    }
    return n;
}

const char *table_setting(const struct table *t, const char *key) {
    for (const struct setting *s = t->settings; s; s = s->next) {
        if (strcmp(s->key, key) == 0) return s->value;
    }
    return NULL;
}

static int by_name(const void *a, const void *b) {
    return text_natural_compare((*(const struct place *const *)a)->name, (*(const struct place *const *)b)->name);
}

size_t table_unexpected(const struct table *t, const struct place *out[], size_t max) {
    size_t known = t->places[ROOT_BATCH].n, n = 0;
    if (!t->list || known == 0) return 0;
    const struct place **all = max > 0 ? must(malloc(known * sizeof(const struct place *))) : NULL;
    for (uint32_t i = 1; i <= t->n_places; i++) {
        const struct place *p = place_at(t, i);
        if (p->root != ROOT_BATCH || !p->present || p->row != ROW_NONE) continue;
        if (all) all[n] = p;
        n++;
    }
    if (all && n > 1) qsort(all, n, sizeof(const struct place *), by_name);
    for (size_t i = 0; all && i < n && i < max; i++) out[i] = all[i];
    free((void *)all);
    return n;
}

const char *table_learned_archive(const struct table *t, bool *foreign) {
    const struct name_count *most = NULL;
    if (t->policy->archive != ARCHIVE_LEARN) return NULL;
    for (const struct name_count *a = t->archives; a; a = a->next) {
        bool equal = most && a->cases == most->cases;
        if (!most || a->cases > most->cases || (equal && strcmp(a->name, most->name) < 0)) most = a;
    }
    if (most && foreign) *foreign = is_foreign(t, most->name);
    return most ? most->name : NULL;
}

const struct place *table_place(const struct table *t, const struct row *r, enum root_id root, bool *ambiguous) {
    bool several;
    (void)t;
    const struct place *p = chosen(r, root, &several);
    if (ambiguous) *ambiguous = several;
    return p;
}

size_t table_transition_count(const struct table *t) {
    return t->n_transitions < t->cap_transitions ? (size_t)t->n_transitions : t->cap_transitions;
}

const struct transition *table_transition(const struct table *t, size_t i) {
    uint64_t oldest = t->n_transitions - table_transition_count(t);
    return &t->transitions[(oldest + i) % t->cap_transitions];
}
