/* report: the table as CSV and JSON. Reads only; pure but for memory (abort() when out of it).
 *
 * CSV: case_id,expected_dir,found_local,found_archive,missing_files,status; RFC 4180 with CRLF, UTF-8, one row a case
 * in list order. Nothing in it depends on when the monitor looked. JSON: docs/FORMATS.md. */
#ifndef SW_REPORT_REPORT_H
#define SW_REPORT_REPORT_H

#include "model/table.h"
#include "report/buffer.h"

enum { REPORT_SCHEMA_VERSION = 1 };

struct report_input {
    const struct table *table;
    int64_t now;  /* monotonic ms */
    int64_t wall; /* ms since 1970 UTC at `now` */
    bool settled;
    const char *version; /* of the program */
};

void report_csv(const struct report_input *in, struct buffer *out);
void report_json(const struct report_input *in, struct buffer *out);
/* One case as a JSON object of its own; what `show --json` prints and `cases` of the report holds. */
void report_case_json(const struct report_input *in, const struct row *r, struct buffer *out);

/* Is the case's directory in this root: "true", "false" or "unknown" (the root is in play and could not be read). */
const char *report_found(const struct table *t, const struct row *r, enum root_id root);
/* expected_dir: the batch as given, a separator, the title. Returns its length; cuts at cap. */
size_t report_expected_dir(const struct table *t, const struct row *r, char *out, size_t cap);

#endif
