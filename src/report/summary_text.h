/* summary_text: the table in plain lines, for people and logs. UTF-8 without control characters but '\n'. Pure. */
#ifndef SW_REPORT_SUMMARY_TEXT_H
#define SW_REPORT_SUMMARY_TEXT_H

#include "model/filter.h"
#include "model/table.h"
#include "report/buffer.h"

enum { SUMMARY_MAX_ROWS = 40 };

/* Totals, then the cases that are not complete with their first reason, problems first; beyond SUMMARY_MAX_ROWS "and N
 * more". only: these cases instead, the complete ones too; NULL: none are asked for. */
void summary_text(const struct table *t, const struct filter *only, int64_t now, struct buffer *out);
/* "83/120 complete, 1 stalled, 4 running; batch live, archive polling" without a line end. */
void summary_line(const struct table *t, struct buffer *out);
/* "2026-11-23 12:03:05 T4000... running -> stalled: silent for 14 min" with a line end, "BATCH: " before the title
 * where batch is not NULL; local = UTC + offset. */
void summary_transition(const struct table *t, const struct transition *x, const char *batch, int64_t now,
                        int64_t local_ms, struct buffer *out);
/* "2026-11-23 12:03:05" */
enum { SUMMARY_TIME_BYTES = 80 };
void summary_time(int64_t local_ms, char out[SUMMARY_TIME_BYTES]);

#endif
