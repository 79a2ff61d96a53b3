#include "watch/scanner.h"

#include "model/text.h"
#include "watch/readers.h"
#include "watch/scan.h"
#include "watch/title_set.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum {
    DEBOUNCE_MS = 200,         /* a busy directory is looked at so long after the first event that was not seen */
    BUSY_MS = 1000,            /* it is busy when an event was looked at within this time */
    RETRY_MS = 1000,           /* a case that changed while it was read */
    ROOT_LATEST_MS = 1000,     /* a root that never rests is listed this often */
    ROOT_RETRY_MS = 1000,      /* a root that cannot be opened is tried again */
    ROOT_RELIST_MS = 5000,     /* names in the root are read again, at least, while a case is awake */
    ROOT_DUTY = 500,           /* and not more often than this many times the time it takes */
    RELIST_MAX_MS = 180000,    /* a listing may have been held up, and is no reason to wait for hours */
    QUIET_SHARE = 20,          /* a case quiet for q is looked at again after q / this */
    EVENT_GRACE_MS = 5000,     /* an event may come this much later than the change was seen */
    SHRINK_MIN = 3,            /* so many cases gone at once, */
    SHRINK_PERCENT = 20,       /* and more than this share, are not believed at first sight */
    SHRINK_HOLD_MS = 5000,     /* but when they are still gone after this */
    TOKEN_SUBS = 4,            /* tokens a place, at least PLACE_WATCHES; the first are the root's own, */
    TOKEN_NESTED = 1,          /* and the one of its nested directory; then SCANNER_TOKEN_FREE */
    PLACE_WATCHES = 3,         /* watches a place, at most */
    ROOM_TRIES = 256,          /* places looked at to find one that needs its watches less */
    ROOM_MARGIN_MS = 60000,    /* it must have been quiet for so much longer, and twice as long */
    FINISHED_MS = 3600000,     /* a case with all its results counts as quiet for so much longer */
    LOST_REST_MS = 1000,       /* after lost events everything is looked at again when no more were lost for so long, */
    LOST_MAX_MS = 10000,       /* or after this, */
    LOST_SHARE = 3,            /* and not before this many times what the pass before it took has passed, */
    LOST_WAIT_MS = 30000,      /* but within this: that pass may have been held up, by a sleep say */
    GAP_MS = 10000,            /* a step so much later than asked for, or a wall clock that jumped so far: a sleep */
    TOGETHER_MS = 10000,       /* what only reconciles is done so often, by all roots at once, */
    RARE_MS = 180000,          /* when its turn comes after this or later, */
    NEAR_MS = 5000,            /* else so often */
    COST_SHARE = 8,            /* places are looked at so rarely that it takes 1 / this of the time at most, */
    REST_SHARE = 500,          /* and those at rest 1 / this, */
    REST_MAX_MS = 600000,      /* but not more rarely than this */
    COST_MAX_MS = 200,         /* a look that took longer was held up; it tells little of the next ones */
    MISSED_FORGET_MS = 600000, /* a root that missed no event for so long is trusted again */
    MOUNT_EVERY_MS = 10000,    /* its mount and the space on it are looked at this often */
    SETTLE_COARSE_MS = 10000,  /* at least, where times of files are coarse */
    CALM_MS = 60000,           /* what is finished and has not changed for so long may be known by its stamp alone */
    ROUND_PLACES = 256,        /* readers are given so many at once, */
    ROUND_LEAST = 4,           /* and are not asked for fewer */
    PLACE_BLOCK_BYTES = 65536 - 64
};
#define NEVER INT64_MAX

struct sub_watch {
    uint64_t id;     /* of the watched directory */
    uint32_t losses; /* how often events had been lost when it was watched: one more may have told its end */
    uint8_t dir;     /* index into scanner.dirs */
    bool watched;
    bool doubtful; /* an event may have told the end of the watched directory itself */
};

/* What there is to keep only of a place that is watched, or in trouble. */
struct attention {
    int64_t dirty_since; /* first event not yet scanned, NEVER none */
    int64_t suspect_at;  /* a change no event announced was seen then, NEVER none */
    uint32_t doubted;    /* root listing that told of it when it was found gone; 0 it was not */
    uint8_t n_watched;
    struct sub_watch sub[PLACE_WATCHES];
};

/* There may be as many as a sweep has cases, most of them finished: each byte counts. Times are monotonic ms in 40 bits
 * (17 years); the last change may have been before that clock began. */
struct splace {
    struct scan_memory memory;
    struct attention *attention; /* NULL: none of it */
    int64_t due : 40;            /* TIME_MAX never */
    uint64_t listed : 24;   /* root listing in which it was last seen, its last bits; one that is there is in all */
    int64_t last_scan : 40; /* -1 never */
    uint64_t unwatched : 1; /* some directory of it is not subscribed */
    uint64_t short_of : 1;  /* because there were no watches left, or it failed */
    uint64_t at_rest : 1;   /* finished and quiet for long: it needs no watches */
    uint64_t active : 1;    /* it was seen to change */
    uint64_t awake : 1;     /* looked at more often than every idle_ms */
    uint64_t by_event : 1;  /* its last look followed an event */
    uint64_t passed : 1;    /* it was scanned in the full pass under way */
    uint64_t in_hand : 1;   /* it is being looked at, or what that look found is not concluded yet */
    uint64_t changed : 40;  /* see last_change */
    uint32_t hash_next;     /* index + 1, 0: end */
    uint32_t heap_pos;      /* each is in the heap, which has its index */
    char name[];
};
#define TIME_MAX (INT64_MAX >> 24)
#define LISTED_BITS 0xFFFFFF

/* Places are made and never given back before all else is: they lie one behind the other. */
struct place_block {
    struct place_block *next;
    size_t used;
    alignas(struct splace) unsigned char bytes[PLACE_BLOCK_BYTES];
};

/* What a reader has for as long as it may be asked. */
struct hand {
    struct scan *scan;        /* NULL: it was not asked yet */
    struct fact_batch *facts; /* of the looks that are not concluded */
};

/* One look at a place: what was so before it, and what it found. */
struct look {
    struct scanner *s;
    struct splace *place;
    int64_t at; /* when it began */
    int64_t took;
    bool announced, was_known, was_watched, was_at_rest; /* before */
    bool no_room;                                        /* for watches of the place */
    bool renewed;    /* a subscription of it: events that were on their way to the old one never come */
    bool done;       /* or nobody came to it */
    int result;      /* of scan_place */
    int64_t age;     /* by its files' times, ms */
    unsigned reader; /* whose facts [first, first + count) it told */
    size_t first, count;
};

/* Looks that readers share. */
struct round {
    struct scanner *s;
    struct fs_dir *root;
    int64_t until; /* nobody begins another one after it */
    size_t n;
    struct look looks[ROUND_PLACES];
};

struct scanner {
    struct scanner_config c;
    char *path;
    struct hand hands[READERS_MOST]; /* the first is also that of who steps */
    struct round round;
    uv_mutex_t mutex;         /* in a round: of all that readers share */
    struct title_set *titles; /* of the list, NULL none */
    struct place_block *blocks;
    const char **dirs; /* directories of places that were ever watched, relative to the place, "" for itself */
    size_t n_dirs;
    struct splace **places;
    size_t n_places, cap_places;
    uint32_t *buckets;
    size_t n_buckets;
    uint32_t *heap;
    size_t n_heap;
    struct fact_batch *batch; /* facts of this step, told when the root is still the same at its end */

    uint64_t root_id;               /* of the root directory, as in struct fs_stat; 0 never seen */
    uint64_t identity;              /* of it and its mount; 0 never seen */
    struct mount_facts mount;       /* as looked at last */
    const struct watch_ops *events; /* c.watch as it was given; c.watch: as this mount allows */
    char polled_because[96];
    int64_t given_settle_ms, mount_due;
    uint64_t told_identity;
    int64_t told_free;
    bool resumed;  /* an earlier scanner knew this root */
    bool released; /* hands off until the next full pass is asked for */
    bool root_watched, root_doubtful;
    char *nested;       /* directory of the root that holds case directories, too; NULL none */
    uint64_t nested_id; /* of the one that is watched, 0 none is */
    bool nested_doubtful;
    int64_t root_due; /* when its names are read again */
    int64_t root_dirty_since;
    uint32_t listing;
    uint32_t generation;  /* of the pass under way or last done */
    uint32_t wanted_pass; /* generation asked for */
    bool pass_running;
    size_t pass_left;
    int64_t shrink_since; /* NEVER: nothing is held back */

    enum root_health health;
    bool told_health;
    char reason[256];
    int64_t health_since;
    size_t n_watches;
    size_t n_short;  /* places that are polled for want of watches */
    int watch_err;   /* why the last subscription failed */
    size_t room_at;  /* where the search for room goes on */
    bool root_short; /* the root itself could not be subscribed */
    uint64_t missed;
    int64_t missed_at;
    int64_t lost_at, lost_since; /* events were lost: the last time (-1 never), the first not yet answered (or NEVER) */
    uint32_t losses;             /* how often */
    int64_t pass_began, pass_took, pass_ended;
    int64_t asked;       /* what the last step returned, -1 none */
    int64_t stepped_at;  /* when it ended */
    int64_t wall_offset; /* wall clock - monotonic clock then */
    size_t n_present, n_awake;
    bool reading;        /* readers were asked, and may be again */
    size_t looks;        /* of the step in hand, */
    int64_t looked_ms;   /* and what they took together */
    double look_cost_ms; /* of late */
};

static void *must(void *p) {
    if (!p) abort();
    return p;
}

static char *copy_string(const char *s) {
    size_t n = strlen(s) + 1;
    return memcpy(must(malloc(n)), s, n);
}

static int64_t clock_now(const struct scanner *s) { return s->c.clock(s->c.clock_ctx); }

static int64_t later(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t sooner(int64_t a, int64_t b) { return a < b ? a : b; }

static int64_t last_change(const struct splace *p) { return (int64_t)p->changed - TIME_MAX; }

static void set_last_change(struct splace *p, int64_t at) {
    p->changed = (uint64_t)(later(at, -TIME_MAX) + TIME_MAX) & (UINT64_MAX >> 24);
}

static bool is_listed(const struct scanner *s, const struct splace *p) {
    return p->listed == (s->listing & LISTED_BITS);
}

/* ---- heap of places by due time ---- */

static void heap_put(struct scanner *s, size_t pos, uint32_t index) {
    s->heap[pos] = index;
    s->places[index]->heap_pos = (uint32_t)pos;
}

static uint32_t index_of(const struct scanner *s, const struct splace *p) { return s->heap[p->heap_pos]; }

static bool heap_before(const struct scanner *s, uint32_t a, uint32_t b) {
    return s->places[a]->due < s->places[b]->due;
}

static void heap_fix(struct scanner *s, size_t pos) {
    uint32_t index = s->heap[pos];
    while (pos > 0 && heap_before(s, index, s->heap[(pos - 1) / 2])) {
        heap_put(s, pos, s->heap[(pos - 1) / 2]);
        pos = (pos - 1) / 2;
    }
    for (size_t child; (child = 2 * pos + 1) < s->n_heap; pos = child) {
        if (child + 1 < s->n_heap && heap_before(s, s->heap[child + 1], s->heap[child])) child++;
        if (!heap_before(s, s->heap[child], index)) break;
        heap_put(s, pos, s->heap[child]);
    }
    heap_put(s, pos, index);
}

static void set_due(struct scanner *s, struct splace *p, int64_t due) {
    p->due = sooner(due, TIME_MAX) & TIME_MAX;
    heap_fix(s, p->heap_pos);
}

/* ---- places ---- */

static uint64_t name_hash(const char *name) { return text_hash(name, strlen(name), 0); }

static struct splace *find_place(const struct scanner *s, const char *name) {
    if (s->n_buckets == 0) return NULL;
    for (uint32_t i = s->buckets[name_hash(name) & (s->n_buckets - 1)]; i; i = s->places[i - 1]->hash_next) {
        if (strcmp(s->places[i - 1]->name, name) == 0) return s->places[i - 1];
    }
    return NULL;
}

static void hash_add(struct scanner *s, uint32_t index) {
    struct splace *p = s->places[index];
    size_t b = name_hash(p->name) & (s->n_buckets - 1);
    p->hash_next = s->buckets[b];
    s->buckets[b] = index + 1;
}

static struct splace *new_place(struct scanner *s, const char *name) {
    size_t len = strlen(name) + 1, size = offsetof(struct splace, name) + len;
    size = (size + alignof(struct splace) - 1) / alignof(struct splace) * alignof(struct splace);
    if (size > PLACE_BLOCK_BYTES) abort(); /* no file system has such names */
    if (!s->blocks || PLACE_BLOCK_BYTES - s->blocks->used < size) {
        struct place_block *block = must(malloc(sizeof *block));
        block->next = s->blocks;
        block->used = 0;
        s->blocks = block;
    }
    struct splace *p = (struct splace *)(void *)(s->blocks->bytes + s->blocks->used);
    s->blocks->used += size;
    memset(p, 0, size);
    memcpy(p->name, name, len);
    return p;
}

static struct splace *add_place(struct scanner *s, const char *name, int64_t now) {
    if (s->n_places == s->cap_places) {
        s->cap_places = s->cap_places ? s->cap_places * 2 : 64;
        s->places = must(realloc(s->places, s->cap_places * sizeof *s->places));
        s->heap = must(realloc(s->heap, s->cap_places * sizeof *s->heap));
    }
    struct splace *p = new_place(s, name);
    uint32_t index = (uint32_t)s->n_places;
    p->last_scan = -1;
    set_last_change(p, -1);
    s->places[s->n_places++] = p;
    if (s->n_places > s->n_buckets) {
        s->n_buckets = s->n_buckets ? s->n_buckets * 2 : 64;
        free(s->buckets);
        s->buckets = must(calloc(s->n_buckets, sizeof *s->buckets));
        for (uint32_t i = 0; i <= index; i++) hash_add(s, i);
    } else {
        hash_add(s, index);
    }
    p->due = now & TIME_MAX;
    heap_put(s, s->n_heap, index);
    heap_fix(s, s->n_heap++);
    if (s->pass_running) s->pass_left++;
    return p;
}

static bool wanted(const struct scanner *s, const char *name) {
    if (name[0] == '.') return false;
    for (int i = 0; i < PROFILE_MAX_NAMES && s->c.profile->not_cases[i]; i++) {
        if (strcmp(s->c.profile->not_cases[i], name) == 0) return false;
    }
    if (!s->c.only_wanted) return true;
    return s->titles && title_set_matches(s->titles, name);
}

/* ---- attention ---- */

static struct attention *attend(struct splace *p) {
    if (!p->attention) {
        p->attention = must(calloc(1, sizeof *p->attention));
        p->attention->dirty_since = p->attention->suspect_at = NEVER;
    }
    return p->attention;
}

static void attend_no_more(struct splace *p) {
    struct attention *a = p->attention;
    if (!a || a->n_watched > 0 || a->dirty_since != NEVER || a->suspect_at != NEVER || a->doubted != 0) return;
    free(a);
    p->attention = NULL;
}

static size_t watches_of(const struct splace *p) { return p->attention ? p->attention->n_watched : 0; }

/* ---- subscriptions ---- */

static uint64_t token_of(const struct scanner *s, const struct splace *p, size_t sub) {
    return ((uint64_t)index_of(s, p) + 1) * TOKEN_SUBS + sub;
}

static int start_watch(struct scanner *s, const char *path, uint64_t token) {
    if (!s->c.watch) return UV_ENOSYS;
    if (s->n_watches >= s->c.max_watches) return UV_ENOSPC;
    int err = s->c.watch->start(s->c.watch->ctx, path, token);
    if (err == 0) s->n_watches++;
    return err;
}

static void stop_watch(struct scanner *s, uint64_t token) {
    s->events->stop(s->events->ctx, token);
    s->n_watches--;
}

static void stop_sub(struct scanner *s, struct splace *p, size_t sub) {
    if (!p->attention->sub[sub].watched) return;
    stop_watch(s, token_of(s, p, sub));
    p->attention->sub[sub].watched = false;
    p->attention->n_watched--;
}

static void stop_all_subs(struct scanner *s, struct splace *p) {
    for (size_t i = 0; p->attention && i < PLACE_WATCHES; i++) stop_sub(s, p, i);
}

static void set_short(struct scanner *s, struct splace *p, bool short_of) {
    if (p->short_of == short_of) return;
    p->short_of = short_of;
    s->n_short += short_of ? 1 : (size_t)-1;
}

/* Of how little use watches are to a place: a finished one, or one quiet for long, needs none. */
static int64_t idleness(const struct splace *p, int64_t now) {
    if (p->last_scan < 0) return INT64_MAX / 4; /* not known yet */
    return later(now - last_change(p), 0) + (p->memory.finished ? FINISHED_MS : 0);
}

/* Takes the watches of a place that needs them less than p. It is looked at once more: what happened until now may not
 * have been told. */
static bool make_room(struct scanner *s, struct look *l, int64_t now) {
    struct splace *victim = NULL;
    const struct splace *p = l->place;
    if (l->no_room) return false;
    for (size_t i = 0; i < ROOM_TRIES && i < s->n_places; i++) {
        s->room_at = (s->room_at + 1) % s->n_places;
        struct splace *v = s->places[s->room_at];
        if (v->in_hand || watches_of(v) == 0) continue;
        if (!victim || idleness(v, now) > idleness(victim, now)) victim = v;
    }
    if (!victim || idleness(victim, now) / 2 < idleness(p, now) + ROOM_MARGIN_MS) {
        l->no_room = true;
        return false;
    }
    stop_all_subs(s, victim);
    victim->attention->suspect_at = NEVER;
    attend_no_more(victim);
    victim->unwatched = true;
    set_short(s, victim, true);
    set_due(s, victim, sooner(victim->due, now));
    return true;
}

static bool holds_artifacts(const struct scanner *s, const char *sub) {
    size_t len = strlen(sub);
    for (int i = 0; i < s->c.profile->n_artifacts; i++) {
        const char *path = s->c.profile->artifact[i].path;
        if (len == 0 || (strncmp(path, sub, len) == 0 && path[len] == '/')) return true;
    }
    return false;
}

/* 0 or an error; UV_ENOENT: another directory stands there, or none. */
static int subscribe(struct scanner *s, struct look *l, size_t sub, int64_t now) {
    char path[4096];
    const struct splace *p = l->place;
    const char *dir = s->dirs[p->attention->sub[sub].dir];
    int n = snprintf(path, sizeof path, dir[0] ? "%s/%s" : "%s%s", p->name, dir);
    if (n >= (int)sizeof path) return UV_ENAMETOOLONG;
    int err = start_watch(s, path, token_of(s, p, sub));
    if (err == UV_ENOSPC && make_room(s, l, now)) err = start_watch(s, path, token_of(s, p, sub));
    return err;
}

/* Which of the few directories that hold artifacts; UINT8_MAX: there is no room for more of them. */
static uint8_t dir_index(struct scanner *s, const char *sub) {
    for (size_t i = 0; i < s->n_dirs; i++) {
        if (strcmp(s->dirs[i], sub) == 0) return (uint8_t)i;
    }
    if (s->n_dirs == UINT8_MAX) return UINT8_MAX;
    s->dirs = must(realloc(s->dirs, (s->n_dirs + 1) * sizeof *s->dirs));
    s->dirs[s->n_dirs] = copy_string(sub);
    return (uint8_t)s->n_dirs++;
}

/* The watch of this directory of the place, or one that is free for it; NULL: there is none for it. */
static struct sub_watch *sub_of(struct scanner *s, struct splace *p, const char *sub) {
    uint8_t dir = holds_artifacts(s, sub) ? dir_index(s, sub) : UINT8_MAX;
    struct sub_watch *unused = NULL;
    if (dir == UINT8_MAX) return NULL;
    for (size_t i = 0; i < PLACE_WATCHES; i++) {
        struct sub_watch *w = &p->attention->sub[i];
        if (w->watched && w->dir == dir) return w;
        if (!w->watched && !unused) unused = w;
    }
    if (unused) unused->dir = dir;
    return unused;
}

/* A case that is seen for the first time, and whose directory has not changed for long, is mostly one that has ended:
 * three watches would be made and given back at once. If it has not, the look wakes it, as any other one at rest. */
static bool seems_at_rest(const struct scanner *s, const struct fs_stat *st) {
    return s->c.rest_ms > 0 && s->c.wall && s->c.wall(s->c.clock_ctx) - st->mtime_ns / 1000000 >= s->c.rest_ms;
}

static void watch_dir(struct scanner *s, struct look *l, const char *sub, const struct fs_stat *st) {
    struct splace *p = l->place;
    if (sub[0] == '\0' && !l->was_known && seems_at_rest(s, st)) p->at_rest = true;
    struct sub_watch *w = p->at_rest ? NULL : sub_of(s, p, sub);
    if (!w) {
        p->unwatched = true;
        return;
    }
    size_t i = (size_t)(w - p->attention->sub);
    bool sure = !w->doubtful && w->losses == s->losses;
    if (w->watched && w->id == st->id && sure) return;
    stop_sub(s, p, i);
    w->doubtful = false;
    l->renewed = true;
    int err = subscribe(s, l, i, clock_now(s));
    if (err == 0) {
        w->id = st->id;
        w->losses = s->losses;
        w->watched = true;
        p->attention->n_watched++;
        return;
    }
    p->unwatched = true;
    if (fs_means_absent(err)) return; /* it has gone since it was opened; its parent tells */
    s->watch_err = err;
    set_short(s, p, true);
}

/* The directory in hand is about to be listed: be subscribed to this very one before. */
static void before_list(void *ctx, const char *sub, const struct fs_stat *st) {
    struct look *l = ctx;
    uv_mutex_lock(&l->s->mutex);
    watch_dir(l->s, l, sub, st);
    uv_mutex_unlock(&l->s->mutex);
}

static void drop_watches(struct scanner *s, struct splace *p) {
    stop_all_subs(s, p);
    set_short(s, p, false);
}

/* Of the root itself, and of the directory of cases in it. */
static void drop_root_watches(struct scanner *s) {
    if (s->root_watched) stop_watch(s, 0);
    if (s->nested_id != 0) stop_watch(s, TOKEN_NESTED);
    s->root_watched = false;
    s->nested_id = 0;
}

/* ---- health ---- */

static void set_health(struct scanner *s, enum root_health health, const char *reason, int64_t now) {
    bool same_root = s->told_identity == s->identity && s->told_free == s->mount.space_free;
    if (s->told_health && same_root && s->health == health && strcmp(s->reason, reason) == 0) return;
    s->told_identity = s->identity;
    s->told_free = s->mount.space_free;
    if (!s->told_health || s->health != health) s->health_since = now;
    s->health = health;
    s->told_health = true;
    snprintf(s->reason, sizeof s->reason, "%s", reason);
    struct fact f = {.kind = FACT_ROOT, .root = s->c.root, .at = now};
    f.u.root_state.health = health;
    f.u.root_state.path = s->path;
    f.u.root_state.reason = reason[0] ? s->reason : NULL;
    f.u.root_state.learned = s->c.learned;
    f.u.root_state.since = s->health_since;
    f.u.root_state.settle_ms = s->c.settle_ms;
    f.u.root_state.poll_ms = s->c.watch ? s->c.active_ms : s->c.poll_ms;
    f.u.root_state.identity = s->identity;
    f.u.root_state.space_total = s->mount.space_total;
    f.u.root_state.space_free = s->mount.space_free;
    fact_batch_add(s->batch, &f);
}

static void judge_health(struct scanner *s, int64_t now) {
    char reason[200];
    if (!s->c.watch) {
        set_health(s, HEALTH_POLLING, s->c.no_events_because ? s->c.no_events_because : "", now);
    } else if (s->n_short > 0 || s->root_short) {
        snprintf(reason, sizeof reason, "%zu directories watched, %zu cases polled: %s", s->n_watches, s->n_short,
                 s->watch_err == UV_ENOSPC || s->watch_err == 0 ? "limit of watches reached"
                                                                : uv_strerror(s->watch_err));
        set_health(s, HEALTH_DEGRADED, reason, now);
    } else if (s->missed > 0 && now - s->missed_at < MISSED_FORGET_MS) {
        snprintf(reason, sizeof reason, "%llu changes came without an event", (unsigned long long)s->missed);
        set_health(s, HEALTH_DEGRADED, reason, now);
    } else {
        set_health(s, HEALTH_LIVE, "", now);
    }
}

static void root_lost(struct scanner *s, const char *why, int64_t now) {
    bool known = (s->generation > 0 || s->resumed) && s->identity != 0;
    set_health(s, known ? HEALTH_STALE : HEALTH_WAITING, why, now);
    s->root_due = now + ROOT_RETRY_MS;
    drop_root_watches(s);
}

/* Another directory stands at the root's path, or the root was away: nothing remembered can be relied on. */
static void forget_all(struct scanner *s, int64_t now) {
    for (size_t i = 0; i < s->n_places; i++) {
        struct splace *p = s->places[i];
        drop_watches(s, p);
        scan_memory_forget(&p->memory);
        if (p->attention) p->attention->suspect_at = NEVER;
        attend_no_more(p);
        p->at_rest = false;
        set_due(s, p, now);
    }
    s->n_present = 0;
    drop_root_watches(s);
    s->wanted_pass = s->generation + 1;
}

/* ---- the root's names ---- */

enum { NAME_BYTES = 1024 };

struct listing {
    struct scanner *s;
    int64_t now;
    size_t seen; /* known places that are there */
    bool nested; /* the directory of cases is there */
    bool in_nested;
};

/* The name of a case as it is told. */
static const char *place_name(const struct scanner *s, bool in_nested, const char *name, char out[NAME_BYTES]) {
    if (!in_nested) return name;
    int n = snprintf(out, NAME_BYTES, "%s/%s", s->nested, name);
    return n < NAME_BYTES ? out : NULL;
}

/* It was replaced while it was looked at: what was read is of a directory that no longer has this name. */
static bool slipped_away(const struct scanner *s, const struct splace *p) {
    return s->c.watch && watches_of(p) == 0 && !p->short_of && !p->at_rest;
}

static bool visit_root(void *arg, const char *name, enum fs_type type) {
    struct listing *l = arg;
    struct scanner *s = l->s;
    char joined[NAME_BYTES];
    if (type == FS_TYPE_FILE) return true;
    if (!l->in_nested && s->nested && strcmp(name, s->nested) == 0) {
        l->nested = true;
        return true;
    }
    const char *full = place_name(s, l->in_nested, name, joined);
    struct splace *p = full ? find_place(s, full) : NULL;
    if (!full || (!p && !wanted(s, name))) return true;
    if (!p) {
        p = add_place(s, full, l->now);
    } else if (p->last_scan >= 0 && (!p->memory.present || slipped_away(s, p))) {
        set_due(s, p, l->now);
    }
    p->listed = s->listing & LISTED_BITS;
    if (p->memory.present) l->seen++;
    return true;
}

/* Subscribes to the nested directory that is about to be listed. */
static void watch_nested(struct scanner *s, struct fs_dir *dir) {
    struct fs_stat st;
    if (!s->c.watch || s->c.fs->dir_stat(s->c.fs->ctx, dir, &st) < 0) return;
    if (s->nested_id == st.id && !s->nested_doubtful) return;
    if (s->nested_id != 0) stop_watch(s, TOKEN_NESTED);
    s->nested_doubtful = false;
    int err = start_watch(s, s->nested, TOKEN_NESTED);
    s->nested_id = err == 0 ? st.id : 0;
    if (err < 0) s->watch_err = err;
}

/* The names in the root and in its nested directory. 0 or an error. */
static int list_names(struct scanner *s, struct fs_dir *root, struct listing *l) {
    const struct fs_ops *fs = s->c.fs;
    struct fs_dir *nested;
    int err = fs->dir_list(fs->ctx, root, visit_root, l);
    if (err < 0 || !l->nested) return err;
    err = fs->dir_open(fs->ctx, root, s->nested, &nested);
    if (err < 0) return fs_means_unreachable(err) ? err : 0;
    l->in_nested = true;
    watch_nested(s, nested);
    err = fs->dir_list(fs->ctx, nested, visit_root, l);
    fs->dir_close(fs->ctx, nested);
    return err;
}

/* Known places that the listing lacks are looked at, unless so many are gone that the listing itself is doubted. */
static bool look_for_the_gone(struct scanner *s, size_t known, size_t seen, int64_t now) {
    size_t gone = known - seen;
    bool too_many = gone >= SHRINK_MIN && gone * 100 > known * SHRINK_PERCENT;
    if (too_many && (s->shrink_since == NEVER || now - s->shrink_since < SHRINK_HOLD_MS)) {
        char reason[128];
        if (s->shrink_since == NEVER) s->shrink_since = now;
        snprintf(reason, sizeof reason, "%zu of %zu cases vanished at once; a second look decides", gone, known);
        set_health(s, HEALTH_STALE, reason, now);
        s->root_due = now + ROOT_RETRY_MS;
        return false;
    }
    s->shrink_since = NEVER;
    for (size_t i = 0; gone > 0 && i < s->n_places; i++) {
        struct splace *p = s->places[i];
        if (p->memory.present && !is_listed(s, p)) set_due(s, p, now);
    }
    return true;
}

static size_t known_places(const struct scanner *s) {
    size_t n = 0;
    for (size_t i = 0; i < s->n_places; i++) n += s->places[i]->memory.present;
    return n;
}

/* When the names are read again, after a reading that took so long; at the instants of the looks, a little sooner.
 * Where events tell of new names and no case is awake, not between those instants. */
static int64_t names_due(const struct scanner *s, int64_t took, int64_t now) {
    int64_t least = s->root_watched && s->n_awake == 0 ? TOGETHER_MS : ROOT_RELIST_MS;
    int64_t interval = sooner(later(took * ROOT_DUTY, least), RELIST_MAX_MS);
    return now + interval - (now + interval) % (interval < TOGETHER_MS ? NEAR_MS : TOGETHER_MS);
}

static int list_root(struct scanner *s, struct fs_dir *root, int64_t now) {
    struct listing l = {.s = s, .now = now};
    size_t known = known_places(s);
    if (s->root_watched && s->root_doubtful) {
        stop_watch(s, 0);
        s->root_watched = false;
    }
    s->root_doubtful = false;
    if (!s->root_watched && s->c.watch) {
        int err = start_watch(s, "", 0);
        s->root_watched = err == 0;
        s->root_short = err < 0;
        if (err < 0) s->watch_err = err;
    }
    s->listing++;
    int err = list_names(s, root, &l);
    if (err < 0) return err;
    int64_t took = clock_now(s) - now;
    s->root_dirty_since = NEVER;
    s->root_due = names_due(s, took, now);
    return look_for_the_gone(s, known, l.seen, now) ? 0 : UV_EAGAIN;
}

static void begin_pass(struct scanner *s, int64_t now) {
    s->generation = s->wanted_pass;
    s->pass_running = true;
    s->pass_began = now;
    s->pass_left = s->n_places;
    for (size_t i = 0; i < s->n_places; i++) {
        s->places[i]->passed = false;
        if (s->places[i]->due > now) set_due(s, s->places[i], now);
    }
    struct fact f = {.kind = FACT_SCAN_BEGIN, .root = s->c.root, .at = now};
    f.u.scan.generation = s->generation;
    fact_batch_add(s->batch, &f);
}

/* What only readers need is given back: buffers, and threads. */
static void rest_readers(struct scanner *s) {
    if (!s->reading) return;
    s->reading = false;
    for (unsigned i = 1; i < READERS_MOST; i++) {
        scan_free(s->hands[i].scan);
        fact_batch_free(s->hands[i].facts);
        s->hands[i] = (struct hand){0};
    }
    s->c.readers->rest(s->c.readers->ctx);
}

static void end_pass_if_done(struct scanner *s, int64_t now) {
    if (!s->pass_running || s->pass_left > 0) return;
    s->pass_running = false;
    s->pass_took = now - s->pass_began;
    s->pass_ended = now;
    struct fact f = {.kind = FACT_SCAN_END, .root = s->c.root, .at = now};
    f.u.scan.generation = s->generation;
    fact_batch_add(s->batch, &f);
}

/* ---- one place ---- */

/* So rarely must n places be looked at, of which this is one, that it takes only its share of the time. */
static int64_t affordable(const struct scanner *s, const struct splace *p, size_t n) {
    double whole = s->look_cost_ms * (double)n;
    int64_t busy = (int64_t)(whole * COST_SHARE);
    return p->at_rest ? later(busy, sooner((int64_t)(whole * REST_SHARE), REST_MAX_MS)) : busy;
}

static void set_awake(struct scanner *s, struct splace *p, bool awake) {
    if (p->awake == awake) return;
    p->awake = awake;
    s->n_awake += awake ? 1 : (size_t)-1;
}

/* What only reconciles is held together, a little sooner, at instants that are the same for all who have this clock:
 * the machine sleeps in between. */
static int64_t together(int64_t interval, bool rare, int64_t now) {
    int64_t step = rare ? TOGETHER_MS : interval >= 4 * NEAR_MS ? NEAR_MS : 1;
    return interval - (now + interval) % step;
}

/* Cases that were looked at in one pass, or came to rest at one time, would be looked at all at once for ever after:
 * each waits another part of the time then, by its name. */
static int64_t part_of(const struct splace *p, int64_t interval) {
    int64_t part = (int64_t)(name_hash(p->name) >> 48);
    return p->at_rest ? interval / 4 + interval / 4 * 3 * part / 65536 : interval;
}

static int64_t next_look(struct scanner *s, struct splace *p, bool with_others, int64_t now) {
    if (!p->memory.present) {
        set_awake(s, p, false);
        return NEVER; /* the root's listing and its events bring it back */
    }
    if (p->memory.changing) return now + RETRY_MS;
    if (p->memory.held) return now + s->c.active_ms;
    int64_t quiet = now - last_change(p);
    int64_t least = s->c.watch && !p->unwatched ? s->c.active_ms : s->c.poll_ms;
    int64_t idle = later(s->c.idle_ms, affordable(s, p, s->n_present));
    /* Events tell of a case that has not moved since watching began; the reconcile needs only its turn. */
    bool resting = s->c.watch && !p->unwatched && !p->active;
    int64_t interval = resting ? idle : quiet / QUIET_SHARE;
    set_awake(s, p, interval < s->c.idle_ms);
    least = later(least, affordable(s, p, p->at_rest ? s->n_present : s->n_awake));
    interval = sooner(later(interval, least), idle);
    bool rare = interval >= RARE_MS;
    if (with_others) interval = part_of(p, interval);
    interval = together(interval, rare, now);
    /* Is it settled, and is what was not whole still so? */
    int64_t settles = later(last_change(p), scan_memory_partial_since(&p->memory)) + s->c.settle_ms + 1;
    return settles > now ? sooner(settles, now + interval) : now + interval;
}

/* How long a case seen for the first time just now has been quiet already, by its files' times: an old one needs no
 * close watch. */
static int64_t age_of(const struct scanner *s, const struct scan *scan) {
    int64_t newest_ns = scan_newest_ns(scan);
    if (!s->c.wall || newest_ns <= 0) return 0;
    int64_t age = s->c.wall(s->c.clock_ctx) - newest_ns / 1000000;
    return age > 0 ? age : 0;
}

/* A case that cannot be opened although the last listing had it: a drive in trouble may say that of all its cases. Not
 * believed before the next listing, which has the eye for many gone at once. */
static bool is_doubtful(const struct scanner *s, const struct splace *p) {
    uint32_t doubted = p->attention->doubted;
    return is_listed(s, p) && (doubted == 0 || doubted == s->listing);
}

static void collect(void *ctx, const struct fact *f) { fact_batch_add(ctx, f); }

/* What the look found is told with this step. */
static void take_facts(struct scanner *s, const struct look *l) {
    const struct fact_batch *facts = s->hands[l->reader].facts;
    for (size_t i = l->first; i < l->first + l->count; i++) {
        const struct fact *f = fact_batch_at(facts, i);
        if (f->kind == FACT_PLACE && !f->u.place_state.present && is_doubtful(s, l->place)) continue;
        fact_batch_add(s->batch, f);
    }
}

/* It stays known, and is looked at again after the next listing. */
static void doubt(struct scanner *s, struct splace *p, int64_t now) {
    p->memory.present = true;
    p->attention->doubted = s->listing;
    p->attention->suspect_at = NEVER;
    drop_watches(s, p);
    s->root_due = sooner(s->root_due, now + DEBOUNCE_MS);
    set_due(s, p, s->root_due);
}

/* A change that no event announced within its time was missed; one in the time of a noticed loss is no wonder. */
static void note_unannounced(struct scanner *s, const struct splace *p, bool found, int64_t now) {
    struct attention *a = p->attention;
    if (a->suspect_at != NEVER && now - a->suspect_at >= EVENT_GRACE_MS) {
        if (s->lost_at < a->suspect_at) {
            s->missed++;
            s->missed_at = now;
        }
        a->suspect_at = NEVER;
    }
    if (found && a->suspect_at == NEVER && s->lost_at < p->last_scan) a->suspect_at = now;
}

/* Most cases of a long sweep have ended: a watch for each of their directories would take more memory than all else,
 * and more watches than the system has. Returns true when it must be looked at again, watched. */
static bool rest(struct scanner *s, struct splace *p, int64_t now) {
    bool was_at_rest = p->at_rest;
    p->at_rest = s->c.rest_ms > 0 && s->c.watch && p->memory.present && p->memory.finished &&
                 now - last_change(p) >= s->c.rest_ms;
    if (p->at_rest) {
        drop_watches(s, p);
        p->unwatched = true;
    }
    return was_at_rest && !p->at_rest;
}

static void begin_look(struct scanner *s, struct look *l) {
    struct splace *p = l->place;
    struct attention *a = attend(p);
    l->at = clock_now(s);
    l->announced = a->dirty_since != NEVER;
    l->was_known = p->memory.present;
    l->was_watched = s->c.watch && a->n_watched > 0 && !p->unwatched;
    l->was_at_rest = p->at_rest;
    p->in_hand = true;
    p->unwatched = false;
    set_short(s, p, false);
    a->dirty_since = NEVER; /* an event from here on means another look */
    p->memory.calm = p->last_scan < 0 || l->at - last_change(p) >= CALM_MS;
    p->memory.quiet = s->c.rest_ms > 0 && p->last_scan >= 0 && l->at - last_change(p) >= s->c.rest_ms;
}

/* On the reader's thread. */
static void read_place(struct scanner *s, struct fs_dir *root, struct look *l, unsigned reader) {
    struct hand *h = &s->hands[reader];
    struct scan_subscriber subscriber = {before_list, l};
    if (!h->scan) {
        h->scan = scan_new(s->c.fs, s->c.profile, s->c.root);
        h->facts = fact_batch_new();
        scan_set_clock(h->scan, &(struct scan_clock){s->c.clock, s->c.wall, s->c.clock_ctx});
    }
    l->reader = reader;
    l->first = fact_batch_count(h->facts);
    l->result = scan_place(h->scan, root, l->place->name, &l->place->memory, s->c.watch ? &subscriber : NULL, l->at,
                           (struct fact_sink){collect, h->facts});
    l->count = fact_batch_count(h->facts) - l->first;
    l->age = age_of(s, h->scan);
    l->took = clock_now(s) - l->at;
    l->done = true;
}

/* What follows from a look that reached the root. */
static void draw_conclusions(struct scanner *s, const struct look *l) {
    struct splace *p = l->place;
    struct attention *a = p->attention;
    int64_t now = l->at;
    take_facts(s, l);
    if (l->was_known && !p->memory.present && is_doubtful(s, p)) {
        doubt(s, p, now);
        return;
    }
    a->doubted = 0;
    bool announced = l->announced || a->dirty_since != NEVER;
    bool watched = l->was_watched && !p->unwatched && !l->renewed;
    bool changed = l->result > 0 && l->was_known && p->memory.present; /* the end of one is for the root's events */
    note_unannounced(s, p, changed && watched && !announced, now);
    if (!watched) a->suspect_at = NEVER; /* an event on its way to a watch that has ended never comes */
    if (l->result > 0) {
        if (p->last_scan >= 0) p->active = true;
        set_last_change(p, p->active ? now : now - l->age);
    }
    if (!p->memory.present) drop_watches(s, p);
    s->n_present += (size_t)p->memory.present - (size_t)l->was_known;
    p->last_scan = now & TIME_MAX;
    p->by_event = announced;
    bool with_others = !l->was_at_rest;
    if (s->pass_running && !p->passed) {
        with_others = true;
        p->passed = true;
        s->pass_left--;
    }
    bool woken = rest(s, p, now);
    if (a->dirty_since == NEVER) set_due(s, p, woken ? now : next_look(s, p, with_others, now));
}

/* Returns 0, or the error that says the root is gone. */
static int conclude(struct scanner *s, const struct look *l) {
    l->place->in_hand = false;
    s->looked_ms += l->took;
    s->looks++;
    if (l->result >= 0) draw_conclusions(s, l);
    attend_no_more(l->place);
    return l->result < 0 ? l->result : 0;
}

/* The one that is due first, on this thread. */
static int look_at_one(struct scanner *s, struct fs_dir *root) {
    struct look l = {.s = s, .place = s->places[s->heap[0]]};
    begin_look(s, &l);
    read_place(s, root, &l, 0);
    int err = conclude(s, &l);
    fact_batch_clear(s->hands[0].facts);
    return err;
}

static bool look_in_round(void *arg, unsigned reader, size_t i) {
    struct round *r = arg;
    uv_mutex_lock(&r->s->mutex);
    begin_look(r->s, &r->looks[i]);
    uv_mutex_unlock(&r->s->mutex);
    read_place(r->s, r->root, &r->looks[i], reader);
    return r->looks[i].result >= 0 && clock_now(r->s) < r->until;
}

/* Some of those that are due, by several readers. They look, and be subscribed before; what follows from it is for this
 * thread alone, which waits for them: so no event, command or other look comes in between. */
static int look_at_many(struct scanner *s, struct fs_dir *root, int64_t now, int64_t until) {
    struct round *r = &s->round;
    int err = 0;
    *r = (struct round){.s = s, .root = root, .until = until};
    while (r->n < ROUND_PLACES && s->places[s->heap[0]]->due <= now) {
        struct splace *p = s->places[s->heap[0]];
        r->looks[r->n++] = (struct look){.s = s, .place = p};
        set_due(s, p, NEVER);
    }
    s->reading |= r->n >= ROUND_LEAST;
    if (r->n >= ROUND_LEAST)
        s->c.readers->run(s->c.readers->ctx, r->n, look_in_round, r);
    else
        for (size_t i = 0; i < r->n && look_in_round(r, 0, i); i++) continue;
    for (size_t i = 0; i < r->n; i++) {
        struct look *l = &r->looks[i];
        if (l->done && l->result >= 0) continue;
        set_due(s, l->place, sooner(l->place->due, now)); /* nobody came to it, or it was of no avail */
    }
    for (size_t i = 0; i < r->n; i++) {
        int one = r->looks[i].done ? conclude(s, &r->looks[i]) : 0;
        if (err == 0) err = one;
    }
    for (unsigned i = 0; i < READERS_MOST; i++) {
        if (s->hands[i].facts) fact_batch_clear(s->hands[i].facts);
    }
    return err;
}

/* ---- the step ---- */

static void look_at_mount(struct scanner *s, int64_t now) {
    struct mount_facts m;
    if (!s->c.fs->mount || now < s->mount_due) return;
    s->mount_due = now + MOUNT_EVERY_MS;
    if (s->c.fs->mount(s->c.fs->ctx, s->path, &m) == 0) s->mount = m;
}

/* What the mount of a root that is believed allows. */
static void adopt_mount(struct scanner *s) {
    s->c.watch = s->mount.silent ? NULL : s->events;
    s->c.settle_ms = s->given_settle_ms;
    if (s->mount.coarse && s->c.settle_ms < SETTLE_COARSE_MS) s->c.settle_ms = SETTLE_COARSE_MS;
    if (s->events && s->mount.silent) {
        snprintf(s->polled_because, sizeof s->polled_because, "%s delivers no events", s->mount.type);
        s->c.no_events_because = s->polled_because;
    }
}

static uint64_t identity_of(const struct scanner *s, const struct fs_stat *st) {
    uint64_t id = st->id ^ (s->mount.id * UINT64_C(0x9E3779B97F4A7C15));
    return id ? id : 1;
}

/* Opens the root. *another: since it was last believed it has been away, or another directory has taken its place. */
static int open_root(struct scanner *s, struct fs_dir **root, struct fs_stat *st, bool *another, int64_t now) {
    int err = s->c.fs->dir_open(s->c.fs->ctx, NULL, s->path, root);
    if (err == 0) {
        err = s->c.fs->dir_stat(s->c.fs->ctx, *root, st);
        if (err < 0) s->c.fs->dir_close(s->c.fs->ctx, *root);
    }
    if (err < 0) {
        root_lost(s, err == UV_ENOENT ? "it does not exist" : uv_strerror(err), now);
        return err;
    }
    look_at_mount(s, now);
    *another = s->identity != 0 &&
               (identity_of(s, st) != s->identity || (s->health == HEALTH_STALE && s->shrink_since == NEVER));
    return 0;
}

/* A directory without any known case where the root was is what an unmounted drive leaves behind: its cases are not
 * missing, it is away. */
static bool is_bare(struct scanner *s, struct fs_dir *root, int64_t now) {
    size_t places = s->n_places;
    struct listing l = {.s = s, .now = now};
    s->listing++;
    if (places == 0 || list_names(s, root, &l) < 0 || s->n_places != places) return false;
    for (size_t i = 0; i < places; i++) {
        if (is_listed(s, s->places[i])) return false;
    }
    return true;
}

static bool still_the_same(struct scanner *s) {
    struct fs_stat st;
    return s->c.fs->stat(s->c.fs->ctx, NULL, s->path, &st) == 0 && st.id == s->root_id;
}

/* When everything is looked at again after lost events: one storm is answered by one pass. */
static int64_t lost_due(const struct scanner *s) {
    if (s->lost_since == NEVER) return NEVER;
    int64_t due = sooner(s->lost_at + LOST_REST_MS, s->lost_since + LOST_MAX_MS);
    return later(due, sooner(s->pass_ended + LOST_SHARE * s->pass_took, s->lost_since + LOST_WAIT_MS));
}

static int64_t next_due(const struct scanner *s) {
    int64_t due = sooner(s->root_due, lost_due(s));
    if (s->health != HEALTH_STALE && s->health != HEALTH_WAITING && s->n_heap > 0) {
        int64_t first = s->places[s->heap[0]]->due;
        if (first < due && first != TIME_MAX) due = first;
    }
    return due;
}

static void flush(struct scanner *s, struct fact_sink sink) {
    for (size_t i = 0; i < fact_batch_count(s->batch); i++) sink.put(sink.ctx, fact_batch_at(s->batch, i));
    fact_batch_clear(s->batch);
}

/* A machine that slept lost what happened meanwhile: the step comes much later than asked for, or (where the monotonic
 * clock stands still in a sleep) the wall clock has jumped. */
static void notice_sleep(struct scanner *s, int64_t now) {
    int64_t offset = s->c.wall ? s->c.wall(s->c.clock_ctx) - clock_now(s) : 0;
    int64_t jump = offset - s->wall_offset;
    bool late = s->asked != NEVER && now - later(s->asked, s->stepped_at) > GAP_MS;
    if (s->asked >= 0 && (late || jump > GAP_MS || jump < -GAP_MS)) scanner_lost(s, now);
    s->wall_offset = offset;
}

/* What a look costs, of late; held-up ones aside. */
static void note_cost(struct scanner *s) {
    if (s->looks == 0) return;
    double each = (double)s->looked_ms / (double)s->looks;
    s->looked_ms = 0;
    s->looks = 0;
    s->look_cost_ms += ((each < COST_MAX_MS ? each : COST_MAX_MS) - s->look_cost_ms) / 16;
}

static int64_t step(struct scanner *s, int64_t now, int64_t budget_ms, struct fact_sink sink) {
    struct fs_dir *root;
    struct fs_stat st = {.id = 0};
    bool another;
    int err = 0;
    if (s->released) {
        flush(s, sink);
        return NEVER;
    }
    if (next_due(s) > now && s->wanted_pass <= s->generation) return next_due(s);
    if (lost_due(s) <= now && !s->pass_running) {
        scanner_full_pass(s, now);
        s->lost_since = NEVER;
    }
    if (open_root(s, &root, &st, &another, now) < 0) {
        flush(s, sink);
        return s->root_due;
    }
    if (another && is_bare(s, root, now)) {
        root_lost(s, "an empty directory stands in its place", now);
        s->c.fs->dir_close(s->c.fs->ctx, root);
        flush(s, sink);
        return s->root_due;
    }
    if (another) forget_all(s, now);
    if (another || s->root_id == 0) s->root_due = now;
    s->root_id = st.id;
    s->identity = identity_of(s, &st);
    adopt_mount(s);
    if (s->wanted_pass == 0) s->wanted_pass = 1;
    if (s->root_due <= now || (s->wanted_pass > s->generation && !s->pass_running)) err = list_root(s, root, now);
    if (err == 0) {
        judge_health(s, now);
        if (s->wanted_pass > s->generation && !s->pass_running) begin_pass(s, now);
    }
    int64_t at = now;
    while (err == 0 && s->n_heap > 0 && s->places[s->heap[0]]->due <= at) {
        /* Else a look is for one change or a reconcile, which have time: they are not to take all of the drive's. */
        bool many = s->pass_running || s->places[s->heap[0]]->last_scan < 0;
        err = many && s->c.readers ? look_at_many(s, root, at, now + budget_ms) : look_at_one(s, root);
        at = clock_now(s);
        if (at - now >= budget_ms) break;
    }
    note_cost(s);
    if (err == 0) {
        end_pass_if_done(s, at);
        judge_health(s, at);
        if (!s->pass_running && (s->n_heap == 0 || s->places[s->heap[0]]->due > at)) rest_readers(s);
    } else if (err != UV_EAGAIN) {
        root_lost(s, uv_strerror(err), at);
    }
    s->c.fs->dir_close(s->c.fs->ctx, root);
    if (err == 0 && !still_the_same(s)) {
        /* What was read may be of a directory that is no longer the root: none of it is told. */
        fact_batch_clear(s->batch);
        s->told_health = false;
        forget_all(s, at);
        s->pass_running = false;
        root_lost(s, "it was replaced while it was read", at);
    }
    flush(s, sink);
    return next_due(s);
}

int64_t scanner_step(struct scanner *s, int64_t now, int64_t budget_ms, struct fact_sink sink) {
    notice_sleep(s, now);
    s->asked = step(s, now, budget_ms, sink);
    s->stepped_at = clock_now(s);
    return s->asked;
}

/* ---- hints and wishes ---- */

static void make_dirty(struct scanner *s, struct splace *p, int64_t now) {
    struct attention *a = attend(p);
    a->suspect_at = NEVER;
    if (a->dirty_since != NEVER) return; /* that look will see this, too */
    a->dirty_since = now;
    /* A quiet directory is looked at at once, a busy one five times a second: never late, never in its way. A look in
     * its turn does not make it busy. */
    bool busy = p->by_event && now - p->last_scan < BUSY_MS;
    set_due(s, p, busy ? now + DEBOUNCE_MS : now);
}

/* The end of a watched directory (deleted, moved, unmounted) is told without a name, or as an event with its own name,
 * like one of a child of that name. A new directory may come under the same name with the same inode: only a new
 * subscription is sure. */
static bool names_itself(const char *name, const char *path) {
    const char *slash = strrchr(path, '/');
    return !name || name[0] == '\0' || strcmp(name, slash ? slash + 1 : path) == 0;
}

void scanner_event(struct scanner *s, uint64_t token, const char *name, int64_t now) {
    if (token >= TOKEN_SUBS) {
        uint64_t index = token / TOKEN_SUBS - 1;
        if (index >= s->n_places) return;
        struct splace *at = s->places[index];
        size_t sub = token % TOKEN_SUBS;
        struct sub_watch *w = at->attention && sub < PLACE_WATCHES ? &at->attention->sub[sub] : NULL;
        const char *dir = w && w->watched ? s->dirs[w->dir] : NULL;
        if (dir && names_itself(name, dir[0] ? dir : at->name)) w->doubtful = true;
        make_dirty(s, at, now);
        return;
    }
    bool in_nested = token == TOKEN_NESTED;
    if (in_nested && !s->nested) return; /* of a watch that has ended */
    if (names_itself(name, in_nested ? s->nested : s->path)) {
        s->root_doubtful |= !in_nested;
        s->nested_doubtful |= in_nested;
    }
    char joined[NAME_BYTES];
    if (name && name[0] == '\0') name = NULL;
    const char *full = name ? place_name(s, in_nested, name, joined) : NULL;
    struct splace *p = full ? find_place(s, full) : NULL;
    bool nested = name && s->nested && strcmp(name, s->nested) == 0;
    if (p) {
        make_dirty(s, p, now);
    } else if (name && !nested && !wanted(s, name)) {
        return;
    }
    if (s->root_due > now) {
        if (s->root_dirty_since == NEVER) s->root_dirty_since = now;
        int64_t latest = s->root_dirty_since + ROOT_LATEST_MS, due = now + (p ? DEBOUNCE_MS : 0);
        due = due < latest ? due : latest;
        if (due < s->root_due) s->root_due = due;
    }
}

void scanner_lost(struct scanner *s, int64_t now) {
    if (s->lost_since == NEVER) s->lost_since = now;
    s->lost_at = now;
    s->losses++;
    s->root_doubtful = s->nested_doubtful = true;
}

uint32_t scanner_full_pass(struct scanner *s, int64_t now) {
    if (s->wanted_pass <= s->generation || s->pass_running) s->wanted_pass = s->generation + 1;
    s->root_due = now;
    s->released = false;
    return s->wanted_pass;
}

void scanner_mounts_changed(struct scanner *s, int64_t now) {
    s->mount_due = now;
    s->root_due = now;
}

void scanner_known(struct scanner *s, uint64_t identity) {
    s->identity = identity;
    s->resumed = identity != 0;
}

void scanner_known_place(struct scanner *s, const char *name, int64_t now) {
    struct splace *p = find_place(s, name);
    if (!p) p = add_place(s, name, now);
    s->n_present += !p->memory.present;
    p->memory.present = true;
}

void scanner_release(struct scanner *s, int64_t now) {
    for (size_t i = 0; i < s->n_places; i++) drop_watches(s, s->places[i]);
    drop_root_watches(s);
    set_health(s, HEALTH_RELEASED, "", now);
    s->pass_running = false;
    rest_readers(s);
    s->released = true;
}

void scanner_set_list(struct scanner *s, const struct sweep_list *list, int64_t now) {
    title_set_free(s->titles);
    s->titles = title_set_new(list, s->c.profile, s->c.fold_case);
    s->root_due = now;
}

void scanner_want(struct scanner *s, const char *name, int64_t now) {
    size_t len = strlen(name);
    if (len > 1 && name[len - 1] == '/') {
        if (s->nested_id != 0) stop_watch(s, TOKEN_NESTED);
        s->nested_id = 0;
        free(s->nested);
        s->nested = copy_string(name);
        s->nested[len - 1] = '\0';
        s->root_due = now;
        return;
    }
    if (!find_place(s, name)) add_place(s, name, now);
}

struct scanner *scanner_new(const struct scanner_config *c) {
    struct scanner *s = must(calloc(1, sizeof *s));
    s->c = *c;
    s->path = copy_string(c->path);
    s->events = c->watch;
    s->given_settle_ms = c->settle_ms;
    s->c.path = s->path;
    if (uv_mutex_init(&s->mutex) != 0) abort();
    s->batch = fact_batch_new();
    s->root_dirty_since = s->shrink_since = s->lost_since = NEVER;
    s->lost_at = s->asked = -1;
    s->health = HEALTH_WAITING;
    return s;
}

void scanner_free(struct scanner *s) {
    if (!s) return;
    for (size_t i = 0; i < s->n_places; i++) {
        drop_watches(s, s->places[i]);
        scan_memory_forget(&s->places[i]->memory);
        free(s->places[i]->attention);
    }
    for (struct place_block *b = s->blocks, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    for (size_t i = 0; i < s->n_dirs; i++) free((char *)(uintptr_t)s->dirs[i]);
    free(s->dirs);
    drop_root_watches(s);
    title_set_free(s->titles);
    free(s->nested);
    free(s->places);
    free(s->buckets);
    free(s->heap);
    fact_batch_free(s->batch);
    rest_readers(s);
    scan_free(s->hands[0].scan);
    fact_batch_free(s->hands[0].facts);
    uv_mutex_destroy(&s->mutex);
    free(s->path);
    free(s);
}

bool scanner_hears(const struct scanner *s) { return s->c.watch && s->root_watched && s->health == HEALTH_LIVE; }
size_t scanner_places(const struct scanner *s) { return s->n_places; }
size_t scanner_watches(const struct scanner *s) { return s->n_watches; }
uint64_t scanner_missed(const struct scanner *s) { return s->missed; }
