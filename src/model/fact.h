/* fact: what can be said about the world. The only thing that flows from the watcher to the model.
 *
 * A fact is a level, not an edge: applying one twice changes nothing, and a rescan repairs any loss. Absence of
 * a place is asserted by a PLACE fact or by the end of a scan generation (SCAN_END), never by silence.
 *
 * Times `at` are milliseconds of one monotonic clock, the clock of the process that applies the facts.
 * Strings are borrowed: valid until the call they are passed to returns. They come from the outside world and
 * are cleaned (text_clean) only where they are shown. */
#ifndef SW_MODEL_FACT_H
#define SW_MODEL_FACT_H

#include "model/vocabulary.h"

#include <stddef.h>

enum fact_kind {
    FACT_ROOT,       /* how a root is: health and why */
    FACT_SCAN_BEGIN, /* a pass over the whole root begins */
    FACT_SCAN_END,   /* it has ended well: what it did not see is not there */
    FACT_PLACE,      /* a case directory in a root */
    FACT_FILE,       /* one artifact in a place */
    FACT_LIST,       /* the text of the sweep list */
    FACT_SETTING,    /* one line of the sweep's settings */
    FACT_EXIT,       /* a case's recorded exit code */
    FACT_PARENT,     /* the process that runs the sweep (--pid) */
    FACT_ELSEWHERE,  /* a case's directory in another batch */
    FACT_PROGRESS,   /* how far a case's results have come: profile.progress */
    FACT_MACHINE,    /* how busy the machine is that watches; root means nothing */
    FACT_AWAY        /* nobody looked for a while: the machine slept, or this program did not run; root means nothing */
};

/* One value read from an artifact; the same index may come twice (two forms in one document). */
struct fact_value {
    int value;        /* index into profile.value */
    const char *text; /* numbers as they stood, strings decoded */
    int form;         /* index into profile.value[value].paths: where it stood */
};

/* Which file stands for an artifact. */
enum file_via { VIA_ITSELF, VIA_ALTERNATIVE, VIA_CHUNK };

struct fact_file {
    int artifact; /* index into profile.artifact */
    enum content content;
    enum file_via via;
    const char *name;   /* file name that stands for it when via is not VIA_ITSELF, else NULL */
    uint32_t chunks;    /* chunk files seen beside it */
    int64_t size;       /* bytes; 0 when absent */
    int64_t mtime_ns;   /* since 1970-01-01 UTC; as coarse as the file system keeps it */
    uint64_t id;        /* identity: inode or file index; 0 unknown */
    uint64_t hash;      /* of the content, where it was read whole; else 0 */
    bool locked;        /* somebody holds it exclusively */
    const char *holder; /* who, or NULL */
    const char *note;   /* why not whole, marker text, manifest: difference or what it does not list; NULL: nothing */
    bool differs;       /* manifest: the directory is not what it lists */
    const struct fact_value *values;
    size_t n_values;
};

enum exit_life { LIFE_UNKNOWN, LIFE_ALIVE, LIFE_GONE };

enum { EXIT_RUNNING = -1, EXIT_WITHDRAWN = -2 }; /* instead of a code */

/* What somebody recorded of the command that runs a case. Zero is unknown, where nothing else is said. */
struct fact_exit {
    int64_t code;        /* 0..255, or 128 + signal; of Windows any 32 bits without sign; EXIT_RUNNING: it has not
                            ended; EXIT_WITHDRAWN: there is no record any more */
    int signal;          /* that ended it; 0: none */
    const char *source;  /* "exec", "joblog" */
    const char *command; /* the case is the one that this command is for (place is "" then); NULL: place is its title */
    const char *host;    /* where it runs, or NULL */
    int64_t pid;
    int64_t start_ms, end_ms;   /* since 1970 UTC, by that host's clock */
    int64_t written_ms;         /* the record's own time, by the clock of the batch's file system */
    int64_t peak_bytes;         /* most memory; unknown: so are the CPU times */
    int64_t user_ms, system_ms; /* CPU time */
    int attempt;                /* from 1 */
    int64_t previous;           /* code of the attempt before this one; -1: none, or unknown */
    enum exit_life life;        /* of the process of one that has not ended */
};

/* Of the machine that watches, as platform/machine.h reads it. */
struct fact_machine {
    int64_t load;                           /* processes that run or want to, mean of a minute, in hundredths; -1
                                               unknown */
    int64_t processors;                     /* of the whole machine; 0 unknown */
    int64_t memory_total, memory_available; /* bytes; total 0: both unknown */
    int64_t swap_total, swap_used;          /* bytes; total 0: there is none, -1: both unknown */
};

/* Time that counts as no silence: nobody looked. */
struct fact_away {
    int64_t total;       /* ms of it since watching began, as far as the clock of `at` went on meanwhile */
    int64_t from, until; /* the last time, by that clock; equal where the clock stood still */
    int64_t slept;       /* ms that the machine slept then; 0: it did not, but this program stood still */
};

struct fact {
    enum fact_kind kind;
    enum root_id root;
    int64_t at;
    const char *place; /* PLACE FILE PROGRESS: directory name relative to the root; ELSEWHERE EXIT: the case's title */
    union {
        struct {
            enum root_health health;
            const char *path;   /* of the root */
            const char *reason; /* in words, or NULL */
            bool learned;       /* the path was learned from a case's configuration */
            bool slow;          /* it takes seconds to answer; the reason says for what */
            int64_t since;      /* monotonic ms since when this health holds */
            int64_t settle_ms;  /* how long a file must keep its size here before it is condemned */
            int64_t poll_ms;    /* how often active cases are read again */
            uint64_t identity;  /* of the directory and its mount; another one: another directory. 0 unknown */
            int64_t space_total, space_free; /* of its file system, in bytes; total 0: unknown */
        } root_state;
        struct {
            uint32_t generation;
        } scan;
        struct {
            bool present;
            bool has_files; /* anything but directories and markers inside */
            uint64_t stamp; /* changes whenever a name, size, time or identity inside changes */
        } place_state;
        struct fact_file file;
        struct {
            const char *path;
            const char *text; /* UTF-8, NUL-terminated */
            size_t len;
            const char *problem; /* why it is there and cannot be read: then the text is empty; else NULL */
        } list;
        struct {
            const char *key, *value;
        } setting;
        struct fact_exit exit;
        struct {
            bool alive;
            int64_t pid;
        } parent;
        struct {
            const char *path; /* of the directory; NULL: none was found */
            int whole;        /* how many of the required files are whole there */
        } elsewhere;
        struct {
            int64_t rows; /* of the merged file; -1 unknown */
            int64_t
                chunk_rows; /* of the chunk files beside it that are whole, of all but perhaps the newest; -1 unknown */
            uint32_t chunks; /* how many chunk files there are */
            bool all;        /* chunk_rows counts every one of them */
            double value;    /* largest value of the column, in the merged file and the chunks; NaN unknown */
        } progress;
        struct fact_machine machine;
        struct fact_away away;
    } u;
};

/* Facts on their way from one thread to another: they and all their strings in one object.
 * Owned by whoever holds it; not shared between threads at one time. Out of memory: abort(). */
struct fact_batch;
struct fact_batch *fact_batch_new(void);
void fact_batch_free(struct fact_batch *b);                      /* NULL is fine */
void fact_batch_add(struct fact_batch *b, const struct fact *f); /* deep copy */
size_t fact_batch_count(const struct fact_batch *b);
const struct fact *fact_batch_at(const struct fact_batch *b, size_t i);
void fact_batch_clear(struct fact_batch *b); /* keeps room for a few */

/* Where scans put their facts. */
struct fact_sink {
    void (*put)(void *ctx, const struct fact *f);
    void *ctx;
};

#endif
