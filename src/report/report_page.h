/* report_page: assets/report.html, cut where the report's JSON goes; made by cmake/Embed.cmake. */
#ifndef SW_REPORT_REPORT_PAGE_H
#define SW_REPORT_REPORT_PAGE_H

#include <stddef.h>

extern const unsigned char report_page_head[], report_page_tail[];
extern const size_t report_page_head_len, report_page_tail_len;

#endif
