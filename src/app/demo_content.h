/* demo_content: the bytes of the files that a run of the sweep leaves, for the simulated runner and for the trees of
 * the measurements. Invented physics in the form of the real outputs; written from the README's description of them
 * and on purpose not from the profile, so that a mistake there is seen.
 *
 * Pure and thread safe: the same input gives the same bytes in every locale. Out of memory: abort(). */
#ifndef SW_APP_DEMO_CONTENT_H
#define SW_APP_DEMO_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Growing bytes, always followed by a NUL once anything was put. Zeroed is empty; the owner calls demo_text_free. */
struct demo_text {
    char *data;
    size_t len, cap;
};
void demo_text_free(struct demo_text *t); /* leaves it empty */

/* One case, as its own configuration tells it. Strings are borrowed; numbers are decimal text with '.'. */
struct demo_case_info {
    const char *t, *eps, *tau, *i0;
    const char *outdir;      /* this case's directory */
    const char *archive_dir; /* NULL: archiving is off */
    const char *keep_local;  /* "all", "metadata", "none" */
    uint64_t seed;
};

/* Title of a case from the tokens of its line; 'p' may stand for '.'; i0 NULL: the list has no such column. Writes at
 * most cap bytes with the NUL. */
void demo_title(const char *t, const char *eps, const char *tau, const char *i0, char *out, size_t cap);

void demo_config_pre_run(struct demo_text *out, const struct demo_case_info *c); /* about 13 kB */
void demo_config_final(struct demo_text *out, const struct demo_case_info *c);   /* about 13 kB */
void demo_summary(struct demo_text *out, const struct demo_case_info *c);        /* about 10 kB; NaN and infinities */
void demo_run_card(struct demo_text *out, const struct demo_case_info *c);

enum { DEMO_BUDGET_ROWS = 32, DEMO_CHUNKS = 6, DEMO_CHUNK_ROWS = 256 };
void demo_budget_header(struct demo_text *out);
void demo_budget_row(struct demo_text *out, const struct demo_case_info *c, int row); /* ends with a newline */

/* A valid Parquet file of two plain DOUBLE columns: rows from..from+rows-1 of the series (16 bytes a row and some 300).
 * footer (may be NULL) is where its footer begins; the last 8 bytes are the footer's length and the closing mark. */
void demo_parquet(struct demo_text *out, uint64_t seed, int64_t from, int64_t rows, size_t *footer);

/* The archive's manifest: begin, one file at a time, end. mtime in seconds since 1970-01-01 UTC. */
void demo_manifest_begin(struct demo_text *out, const char *root, size_t file_count);
void demo_manifest_file(struct demo_text *out, const char *path, uint64_t size, double mtime, bool last);
void demo_manifest_end(struct demo_text *out);

/* Bytes and numbers for anything else that has to look alive. */
void demo_put(struct demo_text *out, const char *s);
void demo_putf(struct demo_text *out, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;
uint64_t demo_random(uint64_t seed, uint64_t n); /* the n-th number of a seed */

#endif
