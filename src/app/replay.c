/* replay: a record's facts through the same table and the same fronts, by a clock of its own. */
#include "app/commands.h"
#include "app/front.h"
#include "app/record.h"
#include "app/report_job.h"
#include "watch/fact_codec.h"
#include "watch/scan_lines.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { READ_BYTES = 256 * 1024, TAIL_BYTES = 64 * 1024, JUMP_SHARE = 20, WORDS = 256 };
static const double speed_max = 1e6, speed_min = 1.0 / 64;

/* What is read up to the next line that has a time: facts, then what to do with them. */
struct block {
    struct fact_batch *facts;
    struct record_line line;
    bool there; /* false: the record has ended */
};

struct replay {
    const struct options *options;
    struct session session;
    const struct table *table; /* the session's */
    struct fleet fleet;        /* of it alone */
    FILE *file;
    struct scan_line_buffer lines;
    char *line; /* a copy of the line of `next`: its strings point here */
    unsigned line_no;
    struct block next;
    bool broken;

    char *rerun_path, *retry_path;   /* what the recorded report says of its companions */
    int64_t begin, end;              /* of the recording, its clock */
    int64_t now;                     /* of the replay, the recording's clock */
    int64_t wall, utc_offset;        /* wall: at `begin` */
    int64_t real;                    /* this machine's clock when `now` was brought up to date */
    int64_t reported, reported_wall; /* moment of the last report of the record, -1 none */
    double speed;                    /* 0: as fast as possible */
    bool paused, quit, dashboard;
    int exit_code;
    char words[WORDS];
    int64_t said;

    uv_loop_t loop;
    uv_timer_t timer;
    uv_signal_t interrupt;
    struct front front;
};

/* ---- reading ---- */

static char *next_line(struct replay *r) {
    size_t len;
    for (;;) {
        char *line = scan_lines_next(&r->lines, &len);
        if (line) {
            r->line_no++;
            return line;
        }
        char *bytes = malloc(READ_BYTES);
        if (!bytes) abort();
        size_t n = fread(bytes, 1, READ_BYTES, r->file);
        int err = n > 0 ? scan_lines_add(&r->lines, bytes, n) : UV_EOF;
        free(bytes);
        if (err < 0) return NULL; /* a last line without its end was never finished */
    }
}

static void complain(struct replay *r, const char *what) {
    if (r->broken) return;
    r->broken = true;
    session_say("%s:%u: %s; what stands before it was replayed", r->options->replay, r->line_no, what);
}

/* Reads to the next line with a time. Facts at the very end without one belong to a record that was cut off. */
static void read_block(struct replay *r) {
    char *line;
    fact_batch_clear(r->next.facts);
    r->next.there = false;
    while (!r->broken && (line = next_line(r)) != NULL) {
        if (record_kind_of(line) == RECORD_FACT) {
            if (fact_decode(r->session.profile, line, strlen(line), r->next.facts) < 0) {
                complain(r, "this line is no fact of this program's version");
            }
            continue;
        }
        free(r->line);
        r->line = strdup(line);
        if (!r->line) abort();
        if (!record_read(r->line, &r->next.line)) {
            complain(r, "this line cannot be understood");
            break;
        }
        r->next.there = true;
        return;
    }
}

static char *copy(const char *s) {
    char *out = s ? strdup(s) : NULL;
    if (s && !out) abort();
    return out;
}

/* The table and what it was judged by, from the record's second line. */
static int open_session(struct replay *r, const struct record_line *l) {
    struct session *s = &r->session;
    int bad;
    s->options = r->options;
    s->profile = profile_builtin();
    if (l->profile && session_take_profile(s, "the record's profile", copy(l->profile), strlen(l->profile)) != 0) {
        return UV_EINVAL;
    }
    if (l->n_require > 0 && !session_require(s, l->require, l->n_require, &bad)) return UV_EINVAL;
    s->batch = copy(l->batch);
    s->batch_name = copy(l->name);
    s->batch_real_name = copy(l->real);
    s->output[OUTPUT_CSV] = copy(r->options->csv);
    s->output[OUTPUT_JSON] = copy(r->options->json);
    s->output[OUTPUT_HTML] = copy(r->options->html);
    for (int o = 0; o < OUTPUT_COUNT; o++) s->output_given[o] = s->output[o] != NULL;
    s->policy = (struct policy){.archive = l->archive,
                                .discover = true,
                                .fold_case = l->fold,
                                .stall_after_ms = l->stall,
                                .archive_grace_ms = l->grace,
                                .settle_ms = l->settle,
                                .batch_path = s->batch,
                                .batch_name = s->batch_name,
                                .batch_real_name = s->batch_real_name,
                                .separator = l->separator};
    s->table = table_new(s->profile, &s->policy);
    r->table = s->table;
    r->fleet = (struct fleet){&r->table, 1};
    free(r->rerun_path);
    free(r->retry_path);
    r->rerun_path = copy(l->rerun);
    r->retry_path = copy(l->retry);
    r->begin = r->now = l->at;
    r->wall = l->wall;
    r->utc_offset = l->utc_offset;
    return 0;
}

/* From the first line on; what was open is closed. 0, or an exit code after saying why. */
static int begin(struct replay *r) {
    struct record_line session;
    session_close(&r->session);
    memset(&r->session, 0, sizeof r->session);
    scan_lines_free(&r->lines);
    rewind(r->file);
    r->line_no = 0;
    r->broken = false;
    r->reported = -1;
    char *line = next_line(r);
    if (!line || strcmp(line, FACT_STREAM_HEADER) != 0) {
        session_say("%s is no record: its first line is not '%s'; watch --record FILE makes one", r->options->replay,
                    FACT_STREAM_HEADER);
        return EXIT_USAGE;
    }
    line = next_line(r);
    if (!line || !record_read(line, &session) || session.kind != RECORD_SESSION || open_session(r, &session) < 0) {
        session_say("%s:2: the line with the session is absent or broken: this is no record of watch --record",
                    r->options->replay);
        return EXIT_USAGE;
    }
    read_block(r);
    return 0;
}

/* When the recording ended: the last time that stands in the file. */
static void find_end(struct replay *r) {
    char *tail = calloc(1, TAIL_BYTES + 1);
    if (!tail) abort();
    r->end = r->begin;
    if (fseek(r->file, -TAIL_BYTES, SEEK_END) != 0) rewind(r->file);
    size_t n = fread(tail, 1, TAIL_BYTES, r->file);
    for (size_t i = 0; i + 4 < n; i++) {
        int64_t at = memcmp(tail + i, " at=", 4) == 0 ? strtoll(tail + i + 4, NULL, 10) : 0;
        if (at > r->end) r->end = at;
    }
    free(tail);
}

/* ---- time goes on ---- */

static struct front_frame frame(const struct replay *r) {
    return (struct front_frame){.fleet = &r->fleet,
                                .now = r->now,
                                .wall = r->wall + (r->now - r->begin),
                                .utc_offset = r->utc_offset,
                                .started = r->begin,
                                .message = "",
                                .settled = table_over(r->session.table),
                                .replayed = true};
}

static void take_block(struct replay *r) {
    struct table *t = r->session.table;
    const struct record_line *l = &r->next.line;
    if (l->at > r->now) r->now = l->at;
    for (size_t i = 0; i < fact_batch_count(r->next.facts); i++) table_apply(t, fact_batch_at(r->next.facts, i));
    if (l->kind == RECORD_PASS) table_expect_pass(t);
    if (l->kind == RECORD_OVER) table_set_over(t, l->yes, r->now);
    if (l->kind == RECORD_REPORT) {
        r->reported = l->at;
        r->reported_wall = l->wall;
    }
    if (l->kind == RECORD_SAY && r->front.say && !r->dashboard) r->front.say(r->front.ctx, l->text);
    table_tick(t, r->now);
    /* Lines tell why as long as it is so. */
    if (!r->dashboard && r->front.show) {
        struct front_frame f = frame(r);
        r->front.show(r->front.ctx, &f);
    }
    read_block(r);
}

static void go_to(struct replay *r, int64_t to) {
    while (r->next.there && r->next.line.at <= to) take_block(r);
    if (to > r->end) to = r->end;
    if (to > r->now) r->now = to; /* what time alone changed is a line of its own */
}

static void jump(struct replay *r, int64_t to) {
    if (to < r->begin) to = r->begin;
    if (to > r->end) to = r->end;
    if (to < r->now && begin(r) != 0) {
        r->quit = true;
        r->exit_code = EXIT_USAGE;
        return;
    }
    go_to(r, to);
    r->real = session_mono_ms();
}

/* ---- showing ---- */

static void say_where(struct replay *r, int64_t real) {
    char words[WORDS], speed[32];
    if (!r->dashboard) return;
    int64_t length = r->end > r->begin ? r->end - r->begin : 1;
    snprintf(speed, sizeof speed, "%.4gx", r->speed);
    snprintf(words, sizeof words, "replay %s, %d %%   p pause  . next change  + - speed  < > back and on",
             r->now >= r->end ? "ended"
             : r->paused      ? "paused"
             : r->speed > 0   ? speed
                              : "at once",
             (int)((r->now - r->begin) * 100 / length));
    if (strcmp(words, r->words) == 0 && real - r->said < 5000) return;
    memcpy(r->words, words, sizeof words);
    r->said = real;
    r->front.say(r->front.ctx, words);
}

static void step(struct replay *r);

static void on_timer(uv_timer_t *timer) { step(timer->data); }

static void schedule(struct replay *r, int64_t due) {
    int64_t now = session_mono_ms();
    uv_update_time(&r->loop);
    if (due == INT64_MAX) due = now + 1000;
    uv_timer_start(&r->timer, on_timer, due <= now ? 0 : (uint64_t)(due - now), 0);
}

static void step(struct replay *r) {
    int64_t real = session_mono_ms(), due = INT64_MAX;
    if (!r->paused) {
        double passed = (double)(real - r->real) * r->speed;
        go_to(r, r->speed > 0 && passed < (double)(r->end - r->now) ? r->now + (int64_t)passed : r->end);
        /* Of a slow replay, parts of a millisecond are kept for the next step. */
        if (passed >= 1 || r->speed <= 0) r->real = real;
    }
    bool ended = r->now >= r->end && !r->next.there;
    if (!r->paused && !ended && r->speed > 0) {
        int64_t next = r->next.there ? r->next.line.at : r->end;
        double wait = (double)(next - r->now) / r->speed;
        due = real + (wait > 1000 ? 1000 : wait < 1 ? 1 : (int64_t)wait);
    }
    say_where(r, real);
    struct front_frame f = frame(r);
    int64_t front_due = r->front.show(r->front.ctx, &f);
    if (r->quit || (ended && !r->dashboard)) {
        uv_stop(&r->loop);
        return;
    }
    schedule(r, r->dashboard && front_due < due ? front_due : due);
}

static bool on_key(void *ctx, int key) {
    struct replay *r = ctx;
    int64_t share = (r->end - r->begin) / JUMP_SHARE;
    switch (key) {
    case 'p':
        r->paused = !r->paused;
        r->real = session_mono_ms();
        break;
    case '.':
        r->paused = true;
        if (r->next.there) go_to(r, r->next.line.at);
        break;
    case '+':
        r->speed = r->speed <= 0 || r->speed > speed_max ? r->speed : r->speed * 2;
        break;
    case '-':
        r->speed = r->speed <= 0 ? 64 : r->speed < speed_min ? r->speed : r->speed / 2;
        break;
    case '<':
        jump(r, r->now - share);
        break;
    case '>':
        jump(r, r->now + share);
        break;
    default:
        return false;
    }
    schedule(r, 0);
    return true;
}

static void on_request(void *ctx, unsigned requests) {
    struct replay *r = ctx;
    if (requests & FRONT_QUIT) r->quit = true;
    schedule(r, 0);
}

static void on_interrupt(uv_signal_t *handle, int signum) {
    struct replay *r = handle->data;
    (void)signum;
    r->quit = true;
    r->exit_code = EXIT_INTERRUPTED;
    schedule(r, 0);
}

static void open_front(struct replay *r, bool dashboard) {
    struct front_dashboard_options o = {.options = r->options, .request = on_request, .key = on_key, .ctx = r};
    const char *why = "";
    r->dashboard = dashboard && front_dashboard_open(&r->loop, &o, &r->front, &why) == 0;
    if (dashboard && !r->dashboard) session_say("no dashboard here: %s; plain lines instead", why);
    if (!r->dashboard) r->front = front_plain_open(true);
}

/* The report as it was made then: of the moment of the record's last one, else of where the replay has come to. */
static void write_report(struct replay *r) {
    struct report_result result;
    char words[SESSION_PATH + SESSION_MESSAGE];
    if (!r->options->csv && !r->options->json && !r->options->html) return;
    struct report_input in = report_input_now(&r->session);
    in.now = r->reported >= 0 ? r->reported : r->now;
    in.wall = r->reported >= 0 ? r->reported_wall : r->wall + (in.now - r->begin);
    in.rerun_path = r->rerun_path;
    in.retry_path = r->retry_path;
    report_job_run(&r->session, &in, &result);
    report_result_words(&result, words, sizeof words);
    if (words[0]) session_say("%s", words);
    if (result.err < 0) r->exit_code = EXIT_IO;
}

static void close_handle(uv_handle_t *handle, void *arg) {
    (void)arg;
    if (!uv_is_closing(handle)) uv_close(handle, NULL);
}

static void run(struct replay *r, bool dashboard) {
    if (uv_loop_init(&r->loop) != 0) abort();
    uv_timer_init(&r->loop, &r->timer);
    uv_signal_init(&r->loop, &r->interrupt);
    r->timer.data = r->interrupt.data = r;
    uv_signal_start(&r->interrupt, on_interrupt, SIGINT);
    open_front(r, dashboard);
    jump(r, r->begin + r->options->start_at_ms);
    step(r);
    if (!r->quit) uv_run(&r->loop, UV_RUN_DEFAULT);
    struct front_frame last = frame(r);
    r->front.close(r->front.ctx, &last);
    uv_walk(&r->loop, close_handle, NULL);
    uv_run(&r->loop, UV_RUN_DEFAULT);
    uv_loop_close(&r->loop);
}

int command_replay(const struct options *o) {
    struct replay r = {.options = o, .speed = o->speed};
    r.file = fopen(o->replay, "rb");
    if (!r.file) {
        session_say("the record %s cannot be opened; check its name", o->replay);
        return EXIT_NOT_THERE;
    }
    r.next.facts = fact_batch_new();
    int code = begin(&r);
    if (code == 0) code = session_check_filter(o, r.session.profile);
    if (code == 0) {
        find_end(&r);
        code = begin(&r);
    }
    if (code == 0) {
        run(&r, session_on_a_terminal());
        write_report(&r);
        code = r.broken && r.exit_code == 0 ? EXIT_USAGE : r.exit_code;
    }
    session_close(&r.session);
    fact_batch_free(r.next.facts);
    scan_lines_free(&r.lines);
    free(r.line);
    free(r.rerun_path);
    free(r.retry_path);
    fclose(r.file);
    return code;
}
