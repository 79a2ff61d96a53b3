/* metrics: the table as numbers for Prometheus: text exposition format 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/), as promtool check metrics and node_exporter's
 * textfile collector read it. docs/FORMATS.md lists the metrics. Pure but for memory (abort() when out of it). */
#ifndef SW_REPORT_METRICS_H
#define SW_REPORT_METRICS_H

#include "model/eta.h"
#include "model/table.h"
#include "report/buffer.h"

enum { METRICS_MAX_PROBLEMS = 100 }; /* cases named, of each batch */

/* One batch. */
struct metrics_input {
    const struct table *table;
    int64_t now;           /* monotonic ms */
    int64_t wall;          /* ms since 1970 UTC at `now` */
    int64_t started;       /* monotonic ms when watching began */
    bool watching;         /* false: these are the last numbers, nobody watches any more */
    const struct eta *eta; /* of this moment */
};

/* Of all batches together: what belongs to one metric must stand together. */
void metrics_text(const struct metrics_input *in, size_t n, const char *version, struct buffer *out);

#endif
