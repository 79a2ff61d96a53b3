#include "watch/joblog.h"

#include "model/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 9, FIRST_READ = 64 * 1024, TAIL = 64 };

struct joblog {
    const struct fs_ops *fs;
    char *path;
    uint64_t id;     /* of the file that is being read */
    int64_t offset;  /* all lines before it were told */
    char tail[TAIL]; /* the last bytes before offset, to know the file again */
    size_t tail_len;
    bool too_long; /* the line at offset is passed over */
    char *buffer;  /* NULL-terminated where a line is taken apart */
    size_t cap;
    char *command;
    size_t command_cap;
    int64_t due;
};

static void *must(void *p) {
    if (!p) abort();
    return p;
}

/* ---- one line ---- */

static bool number_at(const char *s, size_t len, double *out) {
    char text[64];
    while (len > 0 && *s == ' ') {
        s++;
        len--;
    }
    if (len == 0 || len >= sizeof text) return false;
    memcpy(text, s, len);
    text[len] = '\0';
    return text_number(text, out);
}

/* A line break in a command is a NUL in the log. */
static void copy_command(const char *s, size_t len, char *out) {
    for (size_t i = 0; i < len; i++) out[i] = (char)(s[i] == '\0' ? '\n' : s[i]);
    out[len] = '\0';
}

bool joblog_parse(const char *line, size_t len, char *command, char host[256], struct fact_exit *out) {
    const char *column[COLUMNS];
    size_t length[COLUMNS];
    double seq, start, runtime, exitval, signal;
    if (len > 0 && line[len - 1] == '\r') len--;
    const char *at = line, *end = line + len;
    for (int i = 0; i < COLUMNS; i++) {
        const char *tab = i + 1 < COLUMNS ? memchr(at, '\t', (size_t)(end - at)) : end;
        if (!tab) return false;
        column[i] = at;
        length[i] = (size_t)(tab - at);
        at = i + 1 < COLUMNS ? tab + 1 : end;
    }
    if (!number_at(column[0], length[0], &seq) || !number_at(column[2], length[2], &start) ||
        !number_at(column[3], length[3], &runtime) || !number_at(column[6], length[6], &exitval) ||
        !number_at(column[7], length[7], &signal)) {
        return false;
    }
    if (fabs(exitval) > 1e6 || signal < 0 || signal > 255 || start < 0 || start > 1e12 || fabs(runtime) > 1e12) {
        return false;
    }
    memset(out, 0, sizeof *out);
    out->signal = (int)signal;
    out->code = out->signal ? 128 + out->signal : (int)exitval & 255; /* a timeout is -1 */
    out->source = "joblog";
    out->start_ms = llround(start * 1000);
    out->end_ms = llround((start + (runtime > 0 ? runtime : 0)) * 1000);
    bool here = length[1] == 1 && column[1][0] == ':';
    if (!here && length[1] > 0 && length[1] < 256 && !memchr(column[1], '\0', length[1])) {
        memcpy(host, column[1], length[1]);
        host[length[1]] = '\0';
        out->host = host;
    }
    copy_command(column[8], length[8], command);
    out->command = command;
    return true;
}

/* ---- the file ---- */

struct joblog *joblog_new(const struct fs_ops *fs, const char *path) {
    struct joblog *j = must(calloc(1, sizeof *j));
    size_t len = strlen(path) + 1;
    j->fs = fs;
    j->path = memcpy(must(malloc(len)), path, len);
    return j;
}

void joblog_free(struct joblog *j) {
    if (!j) return;
    free(j->path);
    free(j->buffer);
    free(j->command);
    free(j);
}

static void begin_anew(struct joblog *j, uint64_t id) {
    j->id = id;
    j->offset = 0;
    j->tail_len = 0;
    j->too_long = false;
}

/* Is it still the file that was read up to offset? */
static bool is_same(struct joblog *j, struct fs_file *f, const struct fs_stat *st) {
    char tail[TAIL];
    if (st->id != j->id || st->size < j->offset) return false;
    if (j->tail_len == 0) return true;
    int64_t n = j->fs->file_read(j->fs->ctx, f, j->offset - (int64_t)j->tail_len, tail, j->tail_len);
    return n == (int64_t)j->tail_len && memcmp(tail, j->tail, j->tail_len) == 0;
}

static void tell_line(struct joblog *j, const char *line, size_t len, int64_t now, struct fact_sink sink) {
    char host[256];
    struct fact f = {.kind = FACT_EXIT, .root = ROOT_BATCH, .at = now, .place = ""};
    if (len >= j->command_cap) {
        j->command_cap = len + 1;
        j->command = must(realloc(j->command, j->command_cap));
    }
    if (joblog_parse(line, len, j->command, host, &f.u.exit)) sink.put(sink.ctx, &f);
}

/* Tells the whole lines of buffer[0..n) and returns how many bytes they are. */
static size_t tell_lines(struct joblog *j, size_t n, int64_t now, struct fact_sink sink) {
    size_t done = 0;
    while (done < n) {
        const char *line = j->buffer + done, *end = memchr(line, '\n', n - done);
        if (!end) break;
        if (!j->too_long) tell_line(j, line, (size_t)(end - line), now, sink);
        j->too_long = false;
        done += (size_t)(end - line) + 1;
    }
    return done;
}

static void pass(struct joblog *j, size_t bytes) {
    size_t keep = bytes < TAIL ? bytes : (size_t)TAIL;
    j->offset += (int64_t)bytes;
    memcpy(j->tail, j->buffer + bytes - keep, keep);
    j->tail_len = keep;
}

static void reserve(struct joblog *j, size_t cap) {
    if (cap <= j->cap) return;
    j->buffer = must(realloc(j->buffer, cap));
    j->cap = cap;
}

/* Returns whether the end was reached. */
static bool read_on(struct joblog *j, struct fs_file *f, int64_t now, struct fact_sink sink) {
    size_t want = FIRST_READ;
    for (int64_t spent = 0; spent < JOBLOG_STEP_MAX;) {
        reserve(j, want);
        int64_t n = j->fs->file_read(j->fs->ctx, f, j->offset, j->buffer, want);
        if (n <= 0) return true;
        spent += n;
        size_t told = tell_lines(j, (size_t)n, now, sink);
        if (told > 0) {
            pass(j, told);
        } else if ((size_t)n < want) {
            return true; /* the last line is not ended yet */
        } else if (want < JOBLOG_LINE_MAX) {
            want *= 2;
        } else {
            j->too_long = true;
            pass(j, (size_t)n);
        }
    }
    return false;
}

bool joblog_step(struct joblog *j, int64_t now, struct fact_sink sink) {
    struct fs_file *f;
    struct fs_stat st;
    if (now < j->due) return true;
    j->due = now + JOBLOG_EVERY_MS;
    if (j->fs->file_open(j->fs->ctx, NULL, j->path, false, &f, &st) < 0) return true;
    if (!is_same(j, f, &st)) begin_anew(j, st.id);
    bool all = read_on(j, f, now, sink);
    j->fs->file_close(j->fs->ctx, f);
    if (!all) j->due = now;
    return all;
}

int64_t joblog_due(const struct joblog *j) { return j->due; }
