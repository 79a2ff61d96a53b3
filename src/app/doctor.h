/* doctor: the machine and the settings before a run, judged. Pure: decides over what doctor_facts gathered. */
#ifndef SW_APP_DOCTOR_H
#define SW_APP_DOCTOR_H

#include "platform/mounts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Settings that are looked at; the same names in the environment and, in whatever letter case, in the settings file. */
enum doctor_key {
    KEY_JOBS,       /* PARALLEL_JOBS */
    KEY_CELL,       /* MARSDISK_CELL_PARALLEL: a case uses several workers */
    KEY_CELL_JOBS,  /* MARSDISK_CELL_JOBS: how many */
    KEY_NUMBA,      /* NUMBA_NUM_THREADS */
    KEY_OMP,        /* OMP_NUM_THREADS */
    KEY_MKL,        /* MKL_NUM_THREADS */
    KEY_OPENBLAS,   /* OPENBLAS_NUM_THREADS */
    KEY_JOB_MEMORY, /* JOB_MEM_GB */
    KEY_SKIP_PIP,   /* SKIP_PIP */
    KEY_HOOKS,      /* HOOKS_STRICT */
    KEY_BATCH_ROOT, /* BATCH_ROOT */
    KEY_TAG,        /* SWEEP_TAG */
    KEY_COUNT
};
const char *doctor_key_name(enum doctor_key k);

struct doctor_value {
    const char *text;      /* NULL: not set anywhere */
    bool from_environment; /* else from the settings file */
};

/* A directory; of a batch that is not there yet, mount is that of the nearest directory above it. */
struct doctor_place {
    const char *path; /* NULL: not given */
    bool there;       /* itself, as a directory */
    bool looked;      /* mount is known */
    int err;          /* negative libuv error of asking for it, 0 none */
    struct mount_facts mount;
};

struct doctor_probe {
    bool done;     /* a write was tried */
    bool hangs;    /* it had not ended in time */
    int err;       /* negative libuv error, 0 none */
    int64_t bytes; /* written and flushed */
    int64_t took_us;
};

struct doctor_facts {
    unsigned cores;       /* that this process may use; 0 unknown */
    int64_t memory_bytes; /* that there is, or may be used; 0 unknown */
    bool windows;         /* this system is */
    struct doctor_value value[KEY_COUNT];
    const char *list_path;    /* NULL: no list */
    const char *list_problem; /* why it could not be read, or NULL */
    const char *list_issue;   /* its first error, else its first warning, or NULL */
    size_t cases, list_errors, list_warnings;
    const char *longest_path; /* of a file of the batch or the archive, absolute; NULL unknown */
    struct doctor_place batch, archive;
    struct doctor_probe probe;       /* of the archive */
    int64_t case_bytes;              /* of the largest finished case seen; -1 unknown */
    const char *case_name;           /* of that one */
    size_t watch_limit, watch_queue; /* SIZE_MAX: none known */
};

enum doctor_grade { DOCTOR_PASS, DOCTOR_SKIP, DOCTOR_WARN, DOCTOR_FAIL };
const char *doctor_grade_word(enum doctor_grade g); /* "PASS" ... */

enum { DOCTOR_WORDS = 600, DOCTOR_LINES = 20 };
struct doctor_line {
    const char *check; /* a word for programs: "threads" */
    enum doctor_grade grade;
    char found[DOCTOR_WORDS];  /* what was found and what it means; cleaned */
    char remedy[DOCTOR_WORDS]; /* what to do, or "" */
};

/* One line a check, always the same checks in the same order; returns how many. */
int doctor_judge(const struct doctor_facts *f, struct doctor_line out[DOCTOR_LINES]);

/* ---- its parts, for the tests ---- */

/* Threads that one case runs at most with what is set; *unset: the first name that is not and takes every core, or
 * NULL. 0: unknown. */
unsigned doctor_threads_per_case(const struct doctor_facts *f, const char **unset);

#endif
