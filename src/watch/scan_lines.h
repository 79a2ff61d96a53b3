/* scan_lines: what goes over the pipes of a scanner process (sweepwatch scan) beside facts.
 *
 * One that scans a part of a batch (--apart) has one root, the batch or the archive. One that was started on another
 * machine has the batch, and beside it the archive when there is one.
 *
 * To it, its commands; from it, among the facts (fact_codec.h) after FACT_STREAM_HEADER, signs of life. A line each:
 *
 *   profile text=S         the text of the profile; the first command where --profile - asks for it
 *   archive path=S         beside the batch, scan this archive too, which its configurations name
 *   list text=S            the sweep list; of an archive: its cases are wanted
 *   want name=S            this case directory of the archive too, or with '/' at its end a directory of them
 *   pass                   look at everything again; nothing is looked at before the first one
 *   known id=H [archive]   identity of the root as an earlier process knew it; of the archive beside the batch
 *   known-place name=S [archive]    and a case directory it knew there
 *   release                let go of the root until the next pass
 *   stop
 *
 *   hello at=N version=S profile=H    the first line; at: the process' monotonic clock, in ms, as in every fact of it;
 *                                     profile: scan_profile_hash
 *   batch at=N path=S length=N separator=S archive=learn|given|none [name=S] [real=S] [host=S] [fold]
 *                          which batch it is, before its facts; not from one that scans a part
 *   beat at=N [next=N] [operation=S since=N path=S]    twice a second; the file system operation in hand. next: nothing
 *                          is done now, and the next sign comes within so many ms, unless something is done before
 *
 * Pure but for memory; thread safe. Out of memory: abort(). */
#ifndef SW_WATCH_SCAN_LINES_H
#define SW_WATCH_SCAN_LINES_H

#include "model/table.h"
#include "watch/fact_codec.h"
#include "watch/fs_recorder.h"

enum { SCAN_NEXT_MOST_MS = 60 * 1000 }; /* no promise is longer */

enum scan_command_kind {
    SCAN_PROFILE,
    SCAN_LIST,
    SCAN_WANT,
    SCAN_PASS,
    SCAN_KNOWN,
    SCAN_KNOWN_PLACE,
    SCAN_RELEASE,
    SCAN_STOP,
    SCAN_ARCHIVE
};

struct scan_command {
    enum scan_command_kind kind;
    const char *text; /* PROFILE, LIST, WANT, KNOWN_PLACE, ARCHIVE; NUL-terminated */
    size_t len;       /* of it */
    uint64_t id;      /* KNOWN */
    bool archive;     /* KNOWN, KNOWN_PLACE: of the archive beside the batch */
};

struct scan_sign {
    bool hello;
    int64_t at;
    const char *version;   /* hello */
    uint64_t profile;      /* hello; 0: not told */
    const char *operation; /* NULL: none in hand */
    const char *path;      /* of the operation, or "" */
    int64_t since;         /* of it, by the process' clock */
    int64_t next;          /* ms, 0: the usual */
};

/* The batch of a process that was started on another machine, as that machine knows it. */
struct scan_origin {
    const char *path;       /* as its person gave it, or the newest batch in that */
    const char *name;       /* last name of the absolute path, NULL unknown */
    const char *real;       /* the same with links resolved, NULL unknown */
    const char *host;       /* of the machine, NULL unknown */
    int64_t path_len;       /* bytes of the absolute path */
    char separator;         /* between the names of its paths */
    enum archive_mode mode; /* what was said of an archive there */
    bool fold;              /* names that differ in letter case are the same there */
};

/* Of what both sides of a stream must have in common: names and rules of files, values and columns; what is required is
 * judged on one side only. Never 0. */
uint64_t scan_profile_hash(const struct profile *p);

/* Append a line with its '\n'. */
void scan_put_command(const struct scan_command *c, struct fact_text *out);
void scan_put_header(struct fact_text *out);
void scan_put_end(struct fact_text *out); /* the '\n' after a fact */
void scan_put_hello(int64_t at, const char *version, uint64_t profile, struct fact_text *out);
void scan_put_origin(int64_t at, const struct scan_origin *o, struct fact_text *out);
void scan_put_beat(int64_t at, int64_t next, const struct fs_operation *op,
                   struct fact_text *out); /* next: 0 the usual */

/* Read a line (NUL-terminated, without '\n'); decoded where it stands: the strings handed out point into it. 0, or
 * UV_EINVAL malformed. */
int scan_read_command(char *line, struct scan_command *out);
int scan_read_sign(char *line, struct scan_sign *out);
int scan_read_origin(char *line, struct scan_origin *out);
bool scan_is_sign(const char *line);   /* hello or beat */
bool scan_is_origin(const char *line); /* batch; what is neither is a fact */
/* The version that a first line of a stream names, FACT_STREAM_VERSION is this program's; -1: it is none. */
int scan_read_header(const char *line);

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
