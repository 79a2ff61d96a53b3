/* fact_codec: facts as lines of text, and back, without loss.
 *
 * The same lines are what a scanner process writes on its pipe, what a recording keeps and what a replay reads. A
 * stream begins with the line FACT_STREAM_HEADER; then one fact a line, each ended by '\n' (not part of what is encoded
 * here):
 *
 *   root ROOT HEALTH at=N since=N settle=N poll=N [id=H] [total=N free=N] [path=S] [reason=S] [learned] [slow]
 *   scan-begin ROOT at=N generation=N
 *   scan-end ROOT at=N generation=N
 *   place ROOT PLACE present|gone at=N stamp=H [files]
 *   file ROOT PLACE ARTIFACT CONTENT at=N size=N mtime=N id=H hash=H chunks=N [alternative|chunk] [name=S] [locked]
 *        [holder=S] [note=S] [differs] [with VALUE=S ...]
 *   list ROOT at=N [path=S] [text=S] [problem=S]
 *   setting ROOT at=N [key=S] [value=S]
 *   exit ROOT PLACE at=N code=N signal=N [source=S] [command=S] [host=S] [pid=N] [start=N] [end=N] [written=N] [peak=N]
 *        [user=N] [system=N] [attempt=N] [previous=N] [alive|gone]
 *   parent ROOT at=N pid=N alive|gone
 *   elsewhere ROOT PLACE at=N whole=N [path=S]
 *   progress ROOT PLACE at=N rows=N chunk-rows=N chunks=N [all] [value=H]
 *   machine ROOT at=N [load=N] [processors=N] [memory=N available=N] [swap=N swap-used=N]
 *   away ROOT at=N total=N from=N until=N slept=N
 *
 * Words are separated by one space. ROOT: "batch" or "archive". HEALTH and CONTENT: words of vocabulary.def. ARTIFACT
 * and VALUE: path and name in the profile, written as S; VALUE has "N@" before it when N, the form it was read from, is
 * not 0 or its name holds an '@'. N: decimal number. H: hexadecimal, lower case. mtime is in
 * nanoseconds since 1970, the other times in milliseconds as in fact.h. The value of progress is the 64 bits of an IEEE
 * 754 number; without it, it is unknown. A key that is left out stands for NULL or false; keys may come in any order,
 * `with` and what follows it last. S: UTF-8 with '%' and two hexadecimal digits for each byte that is a space, '%',
 * '=', a control, line-breaking or invisible character, or not UTF-8; so a line is one line and harmless on any
 * terminal. The empty PLACE is "%-".
 *
 * Pure but for memory; thread safe. Out of memory: abort(). */
#ifndef SW_WATCH_FACT_CODEC_H
#define SW_WATCH_FACT_CODEC_H

#include "model/fact.h"
#include "model/profile.h"

#define FACT_STREAM_NAME "sweepwatch-facts "
#define FACT_STREAM_HEADER FACT_STREAM_NAME "1"

enum { FACT_STREAM_VERSION = 1 };

enum {
    FACT_LINE_MAX = 1024 * 1024,                           /* bytes of a line, but for lists */
    FACT_LIST_MAX = 64 * 1024 * 1024,                      /* bytes of a list's text before encoding */
    FACT_LIST_LINE_MAX = 3 * FACT_LIST_MAX + FACT_LINE_MAX /* more than any line that is understood */
};

/* Text that grows; zeroed it is empty. data is not NUL-terminated. */
struct fact_text {
    char *data;
    size_t len, cap;
};
void fact_text_free(struct fact_text *t); /* empty again */

/* Appends the fact's line, without '\n'. Errors, then nothing was appended: UV_EINVAL a number in it is out of range
 * (artifact, value, enum), UV_E2BIG it would be longer than fact_decode takes. */
int fact_encode(const struct profile *p, const struct fact *f, struct fact_text *out);

/* The S of such lines, for other lines of the same stream (scan_lines.h). Appends " KEY=S"; text NULL: nothing. */
void fact_put_text(struct fact_text *t, const char *key, const char *text, size_t len);
/* Decodes S in place, NUL-terminated; false: malformed. len NULL: a NUL in it is malformed. */
bool fact_decode_text(char *text, size_t *len);
void fact_put(struct fact_text *t, const char *text);                       /* as it stands */
void fact_put_number(struct fact_text *t, const char *key, int64_t number); /* " KEY=N" */
/* Cuts the first word of a line off; returns the rest, NULL: none. */
char *fact_first_word(char *line);
/* Cuts the next " KEY=VALUE" off; false at the end. *value NULL: the word has no '='. */
bool fact_next_pair(char **rest, char **key, char **value);
bool fact_number(const char *text, int64_t *out); /* an N, the whole of text */

/* Reads one line (without its '\n') and adds the fact to into. Errors, then nothing was added: UV_EINVAL malformed,
 * UV_ENOENT an artifact or value that p does not have, UV_E2BIG too long. */
int fact_decode(const struct profile *p, const char *line, size_t len, struct fact_batch *into);

#endif
