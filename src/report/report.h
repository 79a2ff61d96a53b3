/* report: the table as files. Reads only; pure but for memory (abort() when out of it).
 *
 * CSV: case_id,expected_dir,found_local,found_archive,missing_files,status; RFC 4180 with CRLF, UTF-8, one row a case
 * in list order. Nothing in it depends on when the monitor looked.
 * JSON: docs/FORMATS.md. HTML: assets/report.html with that very JSON inside; no markup is made here.
 * RERUN: the lines of the list, as they stood, of the cases that are failed, invalid or missing; a sweep list again.
 * RETRY: the case directories, one a line, whose archive step must be repeated. */
#ifndef SW_REPORT_REPORT_H
#define SW_REPORT_REPORT_H

#include "model/closeup.h"
#include "model/filter.h"
#include "model/table.h"
#include "report/buffer.h"
#include "report/json_writer.h"

enum { REPORT_SCHEMA_VERSION = 1 };

enum report_output { OUTPUT_CSV, OUTPUT_JSON, OUTPUT_HTML, OUTPUT_RERUN, OUTPUT_RETRY, OUTPUT_COUNT };
/* "sweep_completeness.csv" ...; where it stands unless told otherwise, under checks/ of the batch. */
const char *report_output_name(enum report_output o);

/* Who makes rows at the same time. n: how many at once are worth it, 1 to REPORT_HANDS. all: does work(arg[0]) ...
 * work(arg[n - 1]), each on whatever thread, and returns when all are done. What one puts is put in turns, each of
 * which is taken once: await returns when `turn` turns have been passed on, pass ends the one in hand. */
enum { REPORT_HANDS = 8 };
struct report_hands {
    unsigned n;
    void (*all)(void (*work)(void *arg), void *const arg[], unsigned n);
    void *ctx;
    void (*await)(void *ctx, size_t turn);
    void (*pass)(void *ctx);
};

struct report_input {
    const struct table *table;
    int64_t now;  /* monotonic ms */
    int64_t wall; /* ms since 1970 UTC at `now` */
    bool settled;
    bool csv_bom;                     /* the CSV begins with a byte order mark: Excel takes it for UTF-8 only then */
    const char *version;              /* of the program */
    int refresh_seconds;              /* how often the page is written anew while the sweep runs; 0: it is not */
    const char *rerun_path;           /* where the list of cases to run again stands; NULL: nowhere */
    const char *retry_path;           /* the same of the directories to archive again */
    const struct closeup *closeup;    /* at the one case that is told; NULL: none */
    const struct filter *only;        /* the report is of these cases alone; NULL: of all */
    const char *only_text;            /* the same as it was typed; NULL with `only` */
    const struct report_hands *hands; /* for one report_stream; NULL: the caller alone */
};

/* ---- all outputs, in one walk over the rows ---- */

/* Takes the next bytes of an output. */
struct report_sink {
    void (*put)(void *ctx, enum report_output o, const char *bytes, size_t len);
    void *ctx;
};

/* Everything at once, piece by piece, never held whole. The bytes of an output come in order and one piece at a time,
 * on whichever of the hands has made them; so nothing of the table may change meanwhile. */
void report_stream(const struct report_input *in, struct report_sink sink);

/* The bytes of the rows, of which there are two kinds, kept for a report that is made in slices. */
enum report_rows { ROWS_CSV, ROWS_JSON, ROWS_COUNT };
struct report_store {
    void *ctx;
    void (*clear)(void *ctx);
    void (*add)(void *ctx, enum report_rows rows, const char *bytes, size_t len);
    /* Gives all of them in their order. 0 or a negative error. */
    int (*each)(void *ctx, enum report_rows rows, void (*put)(void *to, const char *bytes, size_t len), void *to);
};

/* The same in slices, so that the thread that owns the table is never held for long. When the rows are replaced or the
 * sweep is opened or closed between two slices, it begins anew: a report is of one list and one judgement of whether
 * the sweep is over. */
struct report_build;
struct report_build *report_build_new(void);
void report_build_free(struct report_build *b); /* NULL is fine */
bool report_build_begun(const struct report_build *b);
/* Up to `rows` more rows, as things are at in->now. Returns true when all is made. */
bool report_build_step(struct report_build *b, const struct report_input *in, size_t rows);
/* The bytes of rows that it holds itself; report_build_store hands them over. On any thread, between two steps. */
size_t report_build_held(const struct report_build *b);
void report_build_store(struct report_build *b, const struct report_store *store);
/* Hands the finished report over, whose rows have all been stored. 0, or the store's error: then it is not whole. */
int report_build_put(const struct report_build *b, const struct report_store *store, struct report_sink sink);

/* ---- pieces ---- */

void report_csv_head(const struct report_input *in, struct buffer *out);
void report_csv_row(const struct report_input *in, const struct row *r, const struct verdict *v, struct buffer *out);

/* Counted from the judgements the rows are written from. */
struct report_totals {
    size_t cases, found, missing, missing_files, status[STATUS_COUNT], flag[FLAG_COUNT];
};
void report_totals_add(struct report_totals *totals, const struct report_input *in, const struct row *r,
                       const struct verdict *v);
void report_totals_join(struct report_totals *totals, const struct report_totals *more);

/* Rows that somebody has to do something about, in list order. Zeroed is empty. */
struct report_steps {
    uint32_t *rerun, *retry; /* indices of rows */
    size_t n_rerun, n_retry, cap_rerun, cap_retry;
};
void report_steps_add(struct report_steps *s, const struct row *r, enum case_status status);
void report_steps_free(struct report_steps *s);
void report_steps_move(struct report_steps *to,
                       struct report_steps *from); /* behind those it has; from is empty then */
/* RERUN and RETRY; and both of them with the cases themselves as JSON (docs/FORMATS.md), for `failed`. */
void report_steps_rerun(const struct report_input *in, const struct report_steps *s, struct buffer *out);
void report_steps_retry(const struct report_input *in, const struct report_steps *s, struct buffer *out);
void report_steps_json(const struct report_input *in, const struct report_steps *s, struct buffer *out);

/* Head, then each case, then tail, by one writer or by several that go on (json_resume, depth 2 inside `cases`). */
void report_json_head(struct json_writer *w, const struct report_input *in, const struct report_totals *totals);
void report_json_case(struct json_writer *w, const struct report_input *in, const struct row *r,
                      const struct verdict *v);
void report_json_tail(struct json_writer *w, const struct report_input *in, const struct report_steps *steps);

/* One case as a JSON object of its own; what `show --json` prints and `cases` of the report holds. */
void report_case_json(const struct report_input *in, const struct row *r, struct buffer *out);
/* The same in lines, for people; UTF-8 without control characters but '\n'. */
void report_case_text(const struct report_input *in, const struct row *r, struct buffer *out);

/* What the archive proves, as JSON says it: "not_needed", "proven" ... */
const char *report_proof_word(enum archive_proof p);

/* Is the case's directory in this root: "true", "false" or "unknown" (the root is in play and could not be read). */
const char *report_found(const struct table *t, const struct row *r, enum root_id root);
/* expected_dir: the batch as given, a separator, the title. Returns its length; cuts at cap. */
size_t report_expected_dir(const struct table *t, const struct row *r, char *out, size_t cap);
/* The same with the name its directory really has, where there is one. */
size_t report_case_dir(const struct table *t, const struct row *r, char *out, size_t cap);

#endif
