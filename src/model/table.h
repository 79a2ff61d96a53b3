/* table: owns the cases; takes facts and time, keeps one verdict a case.
 *
 * Not thread safe: one thread (the UI's) applies, ticks and reads. Readers take const struct table *.
 * Costs: apply O(1) plus judging the one row at the next tick; tick O(rows touched or due). SCAN_END and a
 * change of the list are O(rows). Out of memory: abort(). Time: `now` is monotonic milliseconds and never
 * read here. Strings returned live as long as the table, unless said otherwise. */
#ifndef SW_MODEL_TABLE_H
#define SW_MODEL_TABLE_H

#include "model/fact.h"
#include "model/profile.h"
#include "model/progress.h"
#include "model/said.h"
#include "model/sweep_list.h"

enum archive_mode { ARCHIVE_LEARN, ARCHIVE_NONE, ARCHIVE_GIVEN };

struct policy {
    enum archive_mode archive;
    bool one_pass;               /* `check`: content is judged as it stands */
    bool discover;               /* without a list: a row for each directory that looks like a case */
    bool fold_case;              /* directory names that differ in letter case are the same */
    int64_t stall_after_ms;      /* 0: adaptive */
    int64_t archive_grace_ms;    /* silence in the archive before an unproven copy counts as failed; 0: adaptive */
    int64_t settle_ms;           /* quiet time after which a sweep without running cases is over */
    const char *batch_path;      /* as the user gave it, without a trailing separator */
    const char *label;           /* the batch as people call it, with its machine; NULL: batch_path */
    const char *batch_name;      /* last name of the absolute path: what a config's outdir ends with */
    const char *batch_real_name; /* the same after resolving links, or NULL */
    char separator;              /* between batch_path and title in expected_dir */
    size_t batch_path_len;       /* of the batch's absolute path; 0: that of batch_path */
};

static inline unsigned bits_set(uint32_t v) {
    v -= v >> 1 & 0x55555555;
    v = (v & 0x33333333) + (v >> 2 & 0x33333333);
    return ((v + (v >> 4)) & 0x0F0F0F0F) * 0x01010101 >> 24;
}

/* One artifact in one place, as last seen. Narrow: a large sweep's memory is mostly these, four to ten a case. What few
 * files have stands apart. */
struct file_state {
    int64_t mtime_ns;
    uint64_t content : 3; /* enum content */
    uint64_t via : 2;     /* enum file_via */
    uint64_t locked : 1, differs : 1;
    /* Private to the table from here. The print is the hash of the content where that is known, else the identity; of
     * the identity of a hashed file as much is kept as there is room for. */
    uint64_t has_more : 1, has_hash : 1, id_tag : 8;
    uint64_t earlier : 15;    /* ms that this version was seen before the place changed last; see file_rested */
    uint64_t small_size : 32; /* the size where it fits; see file_size */
    union {
        uint64_t print;
        struct file_more *more; /* owned; holds the print, too */
    } u;
};
enum { FILE_EARLIER_MOST = 0x7FFE, FILE_SETTLED = 0x7FFF };

int64_t file_large_size(const struct file_state *f);          /* private */
static inline int64_t file_size(const struct file_state *f) { /* bytes */
    return f->has_more ? file_large_size(f) : f->small_size;
}

/* The file that stands for it, why it is not whole, who holds it; NULL where there is nothing to say (mostly). Good
 * until the next fact. */
const char *file_name(const struct file_state *f);
const char *file_note(const struct file_state *f);
const char *file_holder(const struct file_state *f);
uint64_t file_hash(const struct file_state *f);   /* as in struct fact_file */
uint32_t file_chunks(const struct file_state *f); /* the same */

/* A configuration value that contradicts the list or the directory. */
struct mismatch {
    int value;         /* index into profile.value */
    int form;          /* which of its paths said so */
    const char *found; /* what the file says */
    const char *batch; /* a path that ends with this case of another batch: the name of that batch; else NULL */
    struct mismatch *next;
};

/* What the footers of a place's results say; see place_progress. */
struct place_progress {
    bool known;               /* else nothing is: numbers of rows are -1, the value is NaN */
    int64_t rows, chunk_rows; /* as in struct fact */
    uint32_t chunks;
    bool all;
    double value;
};

/* Private to the table: what most finished directories have. */
struct place_told {
    const struct case_said *said; /* or NULL; shared */
    int64_t rows;
    double value;
    /* Only there in the archive: changed_at on the stall clock of the batch, where the case runs. */
    int64_t changed_run;
};

/* What few directories have; see place_more. */
struct place_more {
    struct place_told told;       /* private; first: see place.told */
    struct place *next;           /* further directories of the same row in this root */
    const char *overwritten_what; /* path, or NULL */
    struct mismatch *mismatches;
    int64_t chunk_rows; /* private, with the next two: see place_progress */
    uint32_t chunks;
    bool all;
    struct progress_history *history; /* private: on the root's stall clock; NULL: no growth was seen */
};

/* A case directory in one root. */
struct place {
    const char *name;        /* relative to the root; good until another list is set */
    struct file_state *file; /* private: those that are there; see place_file */
    struct place_told *told; /* private: or NULL; of a place_more if has_more; see place_said and place_progress */
    uint64_t stamp;
    int64_t changed_at : 40; /* monotonic ms of the last observed change */
    uint64_t hash : 24;      /* private to the table: of its name */
    int64_t seen_at : 40;    /* monotonic ms of the last scan, of all its files */
    int64_t archive_on : 2;  /* configuration: 1 archive enabled, 0 off, -1 silent */
    uint64_t root : 2;       /* enum root_id */
    uint64_t exact : 1;      /* its name is the title itself */
    uint64_t present : 1, has_files : 1;
    uint64_t pre_run : 1;        /* its configuration says the run has not ended */
    uint64_t config_read : 1;    /* its configuration was whole and read */
    uint64_t names_here : 1;     /* its configuration names this directory of this batch, by two names or more */
    uint64_t names_other : 1;    /* it names another directory */
    uint64_t violation : 1;      /* budget violation recorded */
    uint64_t overwritten : 1;    /* a finished result was replaced while we watched */
    uint64_t claimed : 1;        /* private to the table: counted among what the cases call their batch */
    uint64_t claims_archive : 1; /* private to the table: and among where they archive to */
    uint64_t progress_told : 1;  /* private to the table: a PROGRESS fact has come */
    uint64_t progress_known : 1; /* private: see place_progress */
    uint64_t borrows_name : 1;   /* private to the table: the name is the title of the list */
    uint64_t has_more : 1;       /* private: see place_more */
    int64_t changed_clock;       /* private to the table: changed_at on the root's stall clock */
    uint32_t hash_next;          /* private to the table, with the next two: number of a place, 0 none */
    uint32_t older, newer;       /* by seen_at, of this root */
    uint32_t row;                /* index, or UINT32_MAX: matches no line */
    uint32_t generation;
    uint32_t files; /* private: mask of the artifacts in file */
};

/* Never NULL: absent where nothing was seen. Good until the next fact. */
static inline const struct file_state *place_file(const struct place *p, int artifact) {
    static const struct file_state absent;
    uint32_t bit = UINT32_C(1) << artifact;
    return p->files & bit ? &p->file[bits_set(p->files & (bit - 1))] : &absent;
}

/* How long (ms) this version of a file of the place has been seen unchanged, at least; INT64_MAX: for longer than the
 * settling time of its root. Exact where it is so short that it matters. */
static inline int64_t file_rested(const struct place *p, const struct file_state *f) {
    return f->earlier == FILE_SETTLED ? INT64_MAX : p->seen_at - p->changed_at + f->earlier;
}

/* Never NULL: empty where there is nothing to say. Good until the next fact. */
static inline const struct place_more *place_more(const struct place *p) {
    static const struct place_more nothing;
    return p->has_more ? (const struct place_more *)p->told : &nothing;
}
static inline const struct case_said *place_said(const struct place *p) {
    static const struct case_said nothing;
    return p->told && p->told->said ? p->told->said : &nothing;
}
struct place_progress place_progress(const struct place *p);

enum archive_owner { OWNER_NONE, OWNER_OURS, OWNER_OTHER, OWNER_UNPROVEN };

/* What the archive proves of a case. */
enum archive_proof {
    PROOF_NOT_NEEDED,  /* no archive in play */
    PROOF_NONE,        /* nothing there yet */
    PROOF_COPYING,     /* something there, not finished */
    PROOF_PROVEN,      /* done, ours, and equal to its manifest */
    PROOF_MARKER,      /* a failure marker says it broke */
    PROOF_DIFFERS,     /* the manifest and the directory differ, or a required file is not whole there */
    PROOF_OTHER_BATCH, /* another batch's copy stands in its place */
    PROOF_UNREACHABLE  /* the root cannot be read now */
};

/* The whole judgement of one case; made on demand by case_judge, summarised in struct row. */
struct verdict {
    enum case_status status;
    unsigned flags;     /* enum case_flag */
    int64_t deadline;   /* monotonic ms when time alone may change it; INT64_MAX: never */
    bool results_valid; /* everything required is there and whole and does not contradict the list */
    enum archive_owner owner;
    enum archive_proof proof;
    uint32_t absent, bad, growing, unknown;  /* masks of required artifacts */
    uint8_t artifact[PROFILE_MAX_ARTIFACTS]; /* enum artifact_state: best of both places */
    uint8_t where[PROFILE_MAX_ARTIFACTS];    /* enum root_id of that best one */
    int64_t quiet_ms;                        /* silence so far; -1: nothing was ever seen */
    int64_t threshold_ms;                    /* silence that counts as a stall */
    int64_t grace_ms;                        /* silence of the archive that counts as failure */
};

/* What not every row has; see row_more. */
struct row_more {
    const struct fact_exit *exit; /* what was recorded of how it ran (newest), or NULL; see case_exit_counts */
    struct exit_note *exits;      /* private to the table */
    const char *elsewhere;        /* path of the case's directory in another batch, or NULL */
    uint8_t elsewhere_whole;      /* required files whole there */
    struct quiet_samples *quiet;  /* private to the table */
};

struct row {
    const char *title;
    struct place *place[ROOT_COUNT]; /* all candidate directories; use table_place for the one that counts */
    struct row_more *more;           /* private: or NULL; see row_more */
    int64_t status_since : 40;       /* monotonic ms */
    uint64_t status : 8;             /* enum case_status */
    uint64_t done : 8, required : 8; /* required artifacts that are whole, and all */
    int64_t first_seen : 40;         /* monotonic ms of the first file seen, -1 never */
    uint64_t flags : 22;
    uint64_t seen_active : 1; /* a change was observed while watching */
    uint64_t dirty : 1;       /* private to the table */
    uint32_t index;
    uint32_t heap_pos; /* private to the table */
};

/* Never NULL: empty where there is nothing to say. */
static inline const struct row_more *row_more(const struct row *r) {
    static const struct row_more nothing;
    return r->more ? r->more : &nothing;
}

struct root_state {
    enum root_health health;
    bool in_play; /* given or learned */
    bool learned;
    bool scanned;  /* a whole pass has ended at least once */
    bool slow;     /* it takes seconds to answer; then the reason says for what */
    bool readable; /* facts about it are current (health is not stale, hung or waiting) */
    const char *path;
    const char *reason; /* or NULL */
    int64_t since, settle_ms, poll_ms;
    int64_t scanned_at;              /* monotonic ms when that first pass ended */
    int64_t space_total, space_free; /* bytes of its file system; total 0: unknown */
    int64_t last_fact_at;            /* monotonic ms of the newest fact, -1 none */
    int64_t slow_at;                 /* monotonic ms when it was slow last, -1 never */
    uint32_t generation;
    uint32_t ended;                  /* generation of the last whole pass that has ended */
    uint32_t last_pass_after;        /* private: the last pass before the report is of a later generation than this */
    int64_t frozen_total, frozen_at; /* private: its stall clock stands still while not readable; on the watch clock */
};

/* One change of a row's status. */
struct transition {
    uint32_t row;
    uint8_t from, to;
    bool first; /* from the first pass: nothing changed, it was found so */
    int64_t at;
};

struct table;

struct table *table_new(const struct profile *p, const struct policy *policy); /* both must outlive it */
void table_free(struct table *t);

/* What sweep_list_parse is to be told of the room that paths take. */
size_t table_path_room(const struct table *t);

/* The list becomes the rows; facts already known are kept and matched again. Takes ownership of l. */
void table_set_list(struct table *t, struct sweep_list *l, int64_t now);

void table_apply(struct table *t, const struct fact *f);
/* The same of a FACT_LIST whose list the caller has made already, with table_path_room; takes ownership of l. NULL: it
 * is made here. */
void table_apply_list(struct table *t, const struct fact *f, struct sweep_list *l);
/* Judge what was touched and what is due. Call after each batch of facts and at table_deadline. */
void table_tick(struct table *t, int64_t now);
int64_t table_deadline(const struct table *t); /* monotonic ms, INT64_MAX never */

/* The last pass before the report is asked for: once the sweep is over, a case that no later look than this has seen is
 * unverified. */
void table_expect_pass(struct table *t);
/* Has that pass over a root ended? */
bool table_pass_ended(const struct table *t, enum root_id r);
/* Over, and the case was not looked at in that root since. */
bool table_unseen(const struct table *t, const struct row *r, enum root_id root);

/* The sweep is over (or, reopened, is not): every row is judged anew at the next tick. */
void table_set_over(struct table *t, bool over, int64_t now);
bool table_over(const struct table *t);

size_t table_count(const struct table *t);
const struct row *table_row(const struct table *t, size_t i);
const struct sweep_case *table_case(const struct table *t,
                                    const struct row *r);               /* its line; NULL: discovered, no list */
const struct row *table_find(const struct table *t, const char *title); /* NULL: none */
/* How long the case has been silent, ms; stands still while the batch cannot be read. -1: nothing was ever seen. */
int64_t table_quiet(const struct table *t, const struct row *r, int64_t now);
/* Why row i needs a person, as judged last: its number among table_causes (model/cause.h), which are good until the
 * next tick; numbers below the count. 0: nobody has to look. */
struct cause_set;
uint32_t table_cause(const struct table *t, size_t i);
const struct cause_set *table_causes(const struct table *t);
size_t table_status_count(const struct table *t, enum case_status s);
size_t table_flag_count(const struct table *t, enum case_flag_bit b);
const struct root_state *table_root(const struct table *t, enum root_id r);
const struct profile *table_profile(const struct table *t);
const struct policy *table_policy(const struct table *t);
const char *table_label(const struct table *t);                    /* the batch as people call it; "" unknown */
const struct sweep_list *table_list(const struct table *t);        /* NULL: discovery, or not there yet */
const char *table_list_path(const struct table *t);                /* NULL: none */
const char *table_setting(const struct table *t, const char *key); /* of the sweep's settings; NULL */
int64_t table_last_change(const struct table *t);                  /* monotonic ms of the newest observed change, -1 */
/* When that case directory of a root was looked at whose last look is longest ago; monotonic ms, -1 there is none. */
int64_t table_oldest_look(const struct table *t, enum root_id r);
/* Recorded commands that are of no case, or could be of several (a list must be there); *example one of them, or
 * NULL. O(records). */
size_t table_unmatched_commands(const struct table *t, const char **example);
/* How long nothing has changed, ms; time in which nobody looked (FACT_AWAY) does not count. -1: nothing ever did. */
int64_t table_silence(const struct table *t, int64_t now);
/* The same of the cases in the batch alone. */
int64_t table_run_silence(const struct table *t, int64_t now);
/* The machine that watches; NULL: unknown, or last heard of more than TABLE_MACHINE_FRESH_MS ago. */
enum { TABLE_MACHINE_FRESH_MS = 60 * 1000 };
const struct fact_machine *table_machine(const struct table *t, int64_t now);
const struct fact_away *table_away(const struct table *t); /* zeroed: never */
/* The process that runs the sweep: 1 alive, 0 gone, -1 nobody asked. */
int table_parent(const struct table *t);
/* Directories of the batch root that match no line of the list; in out the first max of them by name. O(directories).
 */
size_t table_unexpected(const struct table *t, const struct place *out[], size_t max);
/* Archive directory named by the cases' configurations, by most of them when they differ, NULL when none does.
 * *foreign: not of this platform's form. Borrowed, until a configuration in the batch changes. */
const char *table_learned_archive(const struct table *t, bool *foreign);

/* The name that every case's configuration gives to its batch, when two cases or more say so, all agree, and it is not
 * the name of this one: the whole directory was renamed, moved or copied, and that is no contradiction. NULL: not so.
 */
const char *table_moved_from(const struct table *t);
/* Is this a contradiction, or only the trace of such a move? moved_from: as above, or NULL. */
bool mismatch_counts(const struct mismatch *m, const char *moved_from);

/* The directory that counts for a row in a root; NULL: none there. *ambiguous (may be NULL): several candidates and
 * none has the title itself. */
const struct place *table_place(const struct table *t, const struct row *r, enum root_id root, bool *ambiguous);
void table_judge(const struct table *t, const struct row *r, int64_t now, struct verdict *out);

/* How far along the case is, from its directory in the batch, else in the archive. False: nothing is known (*out says
 * so). The pace and the time left are of a running case only; they change with time alone. */
bool table_progress(const struct table *t, const struct row *r, int64_t now, struct progress *out);

/* Transitions since the rows are these, the oldest dropped: TABLE_TRANSITIONS are kept, and as many as there are rows,
 * so that none is lost to who looks after every tick. Index from 0 = oldest kept. */
enum { TABLE_TRANSITIONS = 4096 };
size_t table_transition_count(const struct table *t);
const struct transition *table_transition(const struct table *t, size_t i);
uint64_t table_transition_total(const struct table *t); /* ever */

/* Changes whenever anything a screen could show has changed. */
uint64_t table_version(const struct table *t);
/* Changes when the rows are replaced by those of another list: indices of rows before that mean nothing any more. */
uint32_t table_rows_version(const struct table *t);

#endif
