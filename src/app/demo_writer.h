/* demo_writer: a simulated runner. Writes a sweep as the real one does: several cases at a time, nothing at once,
 * chunks, merge, archive copies with their manifest, local trimming, and the troubles of its scenario.
 *
 * demo_writer_run blocks and is meant for a process of its own. What is written, and in which order, follows from the
 * options alone; only the times of the files (and so the manifests' mtimes) are the clock's. The other functions are
 * pure and thread safe. */
#ifndef SW_APP_DEMO_WRITER_H
#define SW_APP_DEMO_WRITER_H

#include "model/vocabulary.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum demo_scenario {
    DEMO_MIXED, /* 24 cases, about 60 s: one trouble of each kind among good cases */
    DEMO_CLEAN, /* 12 cases, about 20 s: nothing goes wrong */
    DEMO_STORM, /* 200 cases as fast as possible: thousands of small files and renames, never waits */
    DEMO_SCENARIOS
};

/* What becomes of a case. */
enum demo_fate {
    DEMO_GOOD,
    DEMO_DIES,               /* stops in the middle of a chunk, without a word */
    DEMO_STALLS,             /* silent for 12 s, then goes on to a good end */
    DEMO_TRUNCATED,          /* run.parquet lacks its end, all else is written; nothing is archived */
    DEMO_CONTAMINATED,       /* runs with the T and EPS of another case */
    DEMO_ARCHIVE_SKIPPED,    /* ARCHIVE_SKIPPED instead of a copy */
    DEMO_ARCHIVE_INCOMPLETE, /* the copy lacks a file that its manifest lists; INCOMPLETE */
    DEMO_DUPLICATE,          /* two lines of the list have its title: it is run twice */
    DEMO_FATES
};

enum { DEMO_MIXED_MIN_CASES = 12, DEMO_MAX_CASES = 100000, DEMO_TITLE_BYTES = 64 };

struct demo_options {
    const char *batch_dir;   /* made, with its parents; UTF-8 */
    const char *archive_dir; /* likewise; NULL or "": no archive, and then nothing goes wrong with it */
    enum demo_scenario scenario;
    int cases;          /* titles; 0: the scenario's own number */
    double speed;       /* 1: the scenario's pace, 2: twice as fast; 0: never wait */
    uint64_t seed;      /* of contents, durations and of which case meets which trouble */
    int64_t parent_pid; /* stop when this is no longer the living parent; 0: nobody is asked */
    bool stdin_leash;   /* stop when standard input, a pipe, is closed by its other end */
    /* Called after each step with the file or directory it changed; false stops the run. NULL: nobody looks. */
    bool (*after_step)(void *ctx, const char *path);
    void *ctx;
};

/* Writes the sweep to its end. Returns 0; UV_ECANCELED when the parent went away or after_step said so (what is there
 * then stays as it is); UV_EINVAL for options that make no sense (mixed needs DEMO_MIXED_MIN_CASES); else the error of
 * the file system. */
int demo_writer_run(const struct demo_options *options);

/* "mixed", "clean", "storm"; -1: none of them. */
int demo_scenario_from_word(const char *word);
const char *demo_scenario_word(enum demo_scenario s);

/* The titles of the scenario, in list order; 0: the options make no sense. */
size_t demo_case_count(const struct demo_options *options);
/* index < demo_case_count. out: DEMO_TITLE_BYTES. */
void demo_case_title(const struct demo_options *options, size_t index, char *out);
enum demo_fate demo_case_fate(const struct demo_options *options, size_t index);
/* What a monitor has to say of the case when the sweep is over. */
enum case_status demo_expected_status(const struct demo_options *options, size_t index);

#endif
