/* scan_lines: what goes over the pipes of a scanner process (sweepwatch scan) beside facts.
 *
 * To it, its commands; from it, among the facts (fact_codec.h) after FACT_STREAM_HEADER, signs of life. A line each:
 *
 *   profile text=S         the text of the profile; the first command where --profile - asks for it
 *   list text=S            the sweep list
 *   want name=S            this case directory too, or with '/' at its end a directory of them
 *   pass                   look at everything again
 *   known id=H             identity of the root as an earlier process knew it
 *   known-place name=S     and a case directory it knew there
 *   release                let go of the root until the next pass
 *   stop
 *
 *   hello at=N version=S   the first line; at: the process' monotonic clock, in ms, as in every fact of it
 *   beat at=N [operation=S since=N path=S]    twice a second; the file system operation in hand
 *
 * Pure but for memory; thread safe. Out of memory: abort(). */
#ifndef SW_WATCH_SCAN_LINES_H
#define SW_WATCH_SCAN_LINES_H

#include "watch/fact_codec.h"
#include "watch/fs_recorder.h"

enum scan_command_kind {
    SCAN_PROFILE,
    SCAN_LIST,
    SCAN_WANT,
    SCAN_PASS,
    SCAN_KNOWN,
    SCAN_KNOWN_PLACE,
    SCAN_RELEASE,
    SCAN_STOP
};

struct scan_command {
    enum scan_command_kind kind;
    const char *text; /* PROFILE, LIST, WANT, KNOWN_PLACE; NUL-terminated */
    size_t len;       /* of it */
    uint64_t id;      /* KNOWN */
};

struct scan_sign {
    bool hello;
    int64_t at;
    const char *version;   /* hello */
    const char *operation; /* NULL: none in hand */
    const char *path;      /* of the operation, or "" */
    int64_t since;         /* of it, by the process' clock */
};

/* Append a line with its '\n'. */
void scan_put_command(const struct scan_command *c, struct fact_text *out);
void scan_put_header(struct fact_text *out);
void scan_put_end(struct fact_text *out); /* the '\n' after a fact */
void scan_put_hello(int64_t at, const char *version, struct fact_text *out);
void scan_put_beat(int64_t at, const struct fs_operation *op, struct fact_text *out);

/* Read a line (NUL-terminated, without '\n'); decoded where it stands: the strings handed out point into it. 0, or
 * UV_EINVAL malformed. */
int scan_read_command(char *line, struct scan_command *out);
int scan_read_sign(char *line, struct scan_sign *out);
bool scan_is_sign(const char *line); /* hello or beat, else it is a fact */

/* Bytes from a pipe -> lines. Zeroed it is empty. */
struct scan_line_buffer {
    char *data;
    size_t len, cap, begin, looked; /* begin: of the line in hand; looked: no line ends before it */
};
/* Adds bytes. UV_E2BIG: a line is longer than any that is understood; the buffer is then of no use. */
int scan_lines_add(struct scan_line_buffer *b, const char *bytes, size_t n);
/* The next whole line, NUL-terminated; NULL: none. Valid until the next call of either; the callee's to change. */
char *scan_lines_next(struct scan_line_buffer *b, size_t *len);
void scan_lines_free(struct scan_line_buffer *b);

#endif
