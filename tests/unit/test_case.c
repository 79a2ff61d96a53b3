#include "model/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* One case, its files in a shorthand, and what the rules make of it. Words, separated by blanks:
 *   c config (final)  w config that says pre_run  m config with T 5000  e config that switches archiving off
 *   o config whose outdir is this case of this batch  O config whose outdir is of another batch
 *   b budget  p parquet  k chunks only  a another parquet  s summary
 *   f manifest  d ARCHIVE_DONE  S ARCHIVE_SKIPPED  I INCOMPLETE
 * then marks: ~ partial  ! changing  l locked  ? unreadable  n not a file  x one byte longer  h content hash 77
 *   L held, but readable  v budget violation  D differs from the manifest
 *   @N modified N seconds before the first look (3600) */

#define TITLE "T4000_eps0p1_tau1p0"
enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

enum how { LIVE, OVER, CHECK, CHECK_RUNNING };

struct scene {
    const char *name;
    const char *batch, *archive; /* NULL: no directory; "": an empty one */
    enum how how;
    enum archive_mode mode;
    enum root_health drive; /* of the archive; WAITING: not told */
    int code;               /* exit code; 0: none recorded */
    int64_t look, at;       /* a second look without a change; the judgement */
    enum case_status status;
    unsigned flags;
};

static void put(struct table *t, enum root_id root, int64_t at, char *word) {
    static const char letters[] = "cwmeoObpkasfdSI";
    static const char *const paths[] = {
        "run_config.json", "run_config.json",        "run_config.json",    "run_config.json",    "run_config.json",
        "run_config.json", "checks/mass_budget.csv", "series/run.parquet", "series/run.parquet", "series/run.parquet",
        "summary.json",    "archive_manifest.json",  "ARCHIVE_DONE",       "ARCHIVE_SKIPPED",    "INCOMPLETE"};
    const struct profile *p = profile_builtin();
    const char *letter = strchr(letters, word[0]);
    assert_non_null(letter);
    struct fact f = {.kind = FACT_FILE, .root = root, .at = at, .place = TITLE};
    struct fact_file *n = &f.u.file;
    struct fact_value v = {.value = -1};
    long age = 3600;
    bool unseen = false;
    n->artifact = profile_artifact_index(p, paths[letter - letters]);
    n->content = CONTENT_WHOLE;
    n->size = 1000 + n->artifact;
    n->id = (uint64_t)n->artifact + (root == ROOT_BATCH ? 1 : 101);
    switch (word[0]) {
    case 'w':
        v = (struct fact_value){.value = profile_value_index(p, "status"), .text = "pre_run"};
        break;
    case 'm':
        v = (struct fact_value){.value = profile_value_index(p, "T"), .text = "5000"};
        break;
    case 'e':
        v = (struct fact_value){.value = profile_value_index(p, "archive.enabled"), .text = "false"};
        break;
    case 'o':
        v = (struct fact_value){.value = profile_value_index(p, "outdir"), .text = "E:\\out\\batch_1\\" TITLE};
        break;
    case 'O':
        v = (struct fact_value){.value = profile_value_index(p, "outdir"), .text = "/old/batch_0/" TITLE};
        break;
    case 'k':
        n->via = VIA_CHUNK;
        n->chunks = 3;
        n->name = "run_chunk_000000000_000000999.parquet";
        break;
    case 'a':
        n->via = VIA_ALTERNATIVE;
        n->name = "other.parquet";
        break;
    default:
        break;
    }
    for (char *s = word + 1; *s; s++) {
        switch (*s) {
        case '~':
            n->content = CONTENT_PARTIAL;
            break;
        case '!':
            n->content = CONTENT_CHANGING;
            break;
        case 'l':
            n->content = CONTENT_UNREADABLE;
            n->locked = true;
            break;
        case 'L':
            n->locked = true;
            break;
        case '?':
            n->content = CONTENT_UNREADABLE;
            break;
        case 'u':
            n->content = CONTENT_UNREADABLE;
            unseen = true;
            break;
        case 'n':
            n->content = CONTENT_NOT_A_FILE;
            break;
        case 'x':
            n->size++;
            break;
        case 'h':
            n->hash = 77;
            break;
        case 'v':
            v = (struct fact_value){.value = profile_value_index(p, "mass_budget_violation"), .text = "true"};
            break;
        case 'D':
            n->differs = true;
            break;
        case '@':
            age = strtol(s + 1, &s, 10);
            s--;
            break;
        default:
            fail_msg("mark %c", *s);
        }
    }
    n->mtime_ns = unseen ? 0 : (INT64_C(1709294400) - age) * 1000000000;
    if (unseen) n->size = 0;
    n->values = &v;
    n->n_values = v.text ? 1 : 0;
    table_apply(t, &f);
}

static void look(struct table *t, enum root_id root, int64_t at, const char *words, uint32_t generation) {
    struct fact f = {.kind = FACT_SCAN_BEGIN, .root = root, .at = at, .u.scan.generation = generation};
    table_apply(t, &f);
    if (words) {
        char copy[160];
        bool files = false;
        snprintf(copy, sizeof copy, "%s", words);
        for (char *rest, *w = strtok_r(copy, " ", &rest); w; w = strtok_r(NULL, " ", &rest)) {
            files |= !strchr("dSI", w[0]);
            put(t, root, at, w);
        }
        struct fact place = {.kind = FACT_PLACE, .root = root, .at = at, .place = TITLE};
        place.u.place_state.present = true;
        place.u.place_state.has_files = files;
        place.u.place_state.stamp = 7;
        table_apply(t, &place);
    }
    f.kind = FACT_SCAN_END;
    table_apply(t, &f);
}

static void root_is(struct table *t, enum root_id root, enum root_health health, int64_t at) {
    struct fact f = {.kind = FACT_ROOT, .root = root, .at = at};
    f.u.root_state.health = health;
    f.u.root_state.path = "/somewhere";
    f.u.root_state.settle_ms = 3 * SECOND;
    f.u.root_state.since = at;
    table_apply(t, &f);
}

static void run_scenes(const struct scene *scenes, size_t n) {
    int wrong = 0;
    for (size_t i = 0; i < n; i++) {
        const struct scene *s = &scenes[i];
        bool drive = s->drive == HEALTH_LIVE || s->drive == HEALTH_POLLING;
        struct policy policy = {.archive = s->mode,
                                .one_pass = s->how >= CHECK,
                                .stall_after_ms = 30 * MINUTE,
                                .archive_grace_ms = 30 * MINUTE,
                                .settle_ms = 10 * MINUTE,
                                .batch_path = "/data/batch_1",
                                .batch_name = "batch_1",
                                .separator = '/'};
        struct table *t = table_new(profile_builtin(), &policy);
        struct fact list = {.kind = FACT_LIST};
        list.u.list.path = "list.txt";
        list.u.list.text = "4000 0.1 1.0\n";
        list.u.list.len = 13;
        root_is(t, ROOT_BATCH, HEALTH_LIVE, 0);
        if (s->drive != HEALTH_WAITING) root_is(t, ROOT_ARCHIVE, s->drive, 0);
        table_apply(t, &list);
        look(t, ROOT_BATCH, 0, s->batch, 1);
        if (drive) look(t, ROOT_ARCHIVE, 0, s->archive, 1);
        table_tick(t, 0);
        if (s->look) look(t, ROOT_BATCH, s->look, s->batch, 2);
        if (s->look && drive) look(t, ROOT_ARCHIVE, s->look, s->archive, 2);
        struct fact ended = {.kind = FACT_EXIT, .place = TITLE, .u.exit = {s->code, 0, "exec"}};
        if (s->code) table_apply(t, &ended);
        if (s->how == OVER || s->how == CHECK) table_set_over(t, true, s->at);
        table_tick(t, s->at);
        const struct row *r = table_row(t, 0);
        struct verdict v;
        table_judge(t, r, s->at, &v);
        if (r->status != s->status || r->flags != s->flags || v.status != s->status) {
            print_error("%s: %s flags %#x, expected %s flags %#x\n", s->name, status_word(r->status), r->flags,
                        status_word(s->status), s->flags);
            wrong++;
        }
        table_free(t);
    }
    assert_int_equal(wrong, 0);
}
#define RUN(scenes) run_scenes(scenes, sizeof(scenes) / sizeof *(scenes))
#define NO_ARCHIVE .mode = ARCHIVE_NONE
#define ARCHIVE .mode = ARCHIVE_GIVEN, .drive = HEALTH_LIVE
#define UNPLUGGED .mode = ARCHIVE_GIVEN, .drive = HEALTH_STALE

static void test_live(void **state) {
    (void)state;
    static const struct scene scenes[] = {
        {"nothing", NULL, NULL, LIVE, NO_ARCHIVE, .status = STATUS_PENDING},
        {"empty directories", "", NULL, LIVE, NO_ARCHIVE, .at = 10 * HOUR, .status = STATUS_PENDING},
        {"begun", "w b~", NULL, LIVE, NO_ARCHIVE, .status = STATUS_RUNNING},
        {"only the summary is absent", "c b p", NULL, LIVE, NO_ARCHIVE, .status = STATUS_RUNNING},
        {"only pre_run is left", "w b p s", NULL, LIVE, NO_ARCHIVE, .status = STATUS_RUNNING},
        {"silent, not long enough", "w b", NULL, LIVE, NO_ARCHIVE, .at = 30 * MINUTE - 1, .status = STATUS_RUNNING},
        {"silent", "w b", NULL, LIVE, NO_ARCHIVE, .at = 30 * MINUTE, .status = STATUS_STALLED},
        {"everything", "c b p s", NULL, LIVE, NO_ARCHIVE, .status = STATUS_COMPLETE},
        {"exit code", "c b p s", NULL, LIVE, NO_ARCHIVE, .code = 2, .status = STATUS_FAILED},
        {"exit code before anything", NULL, NULL, LIVE, NO_ARCHIVE, .code = 137, .status = STATUS_FAILED},
        {"wrong configuration, early", "m b", NULL, LIVE, NO_ARCHIVE, .status = STATUS_RUNNING,
         .flags = FLAG_CONFIG_MISMATCH},
        {"wrong configuration, ended", "m b p s", NULL, LIVE, NO_ARCHIVE, .status = STATUS_INVALID,
         .flags = FLAG_CONFIG_MISMATCH},
        {"wrong directory", "O b p s", NULL, LIVE, NO_ARCHIVE, .status = STATUS_INVALID, .flags = FLAG_CONFIG_MISMATCH},
        {"its own directory on another machine", "o b p s", NULL, LIVE, NO_ARCHIVE, .status = STATUS_COMPLETE},
        {"locked", "c b p sl", NULL, LIVE, NO_ARCHIVE, .status = STATUS_RUNNING, .flags = FLAG_LOCKED},
        {"budget violation", "c b p sv", NULL, LIVE, NO_ARCHIVE, .status = STATUS_COMPLETE,
         .flags = FLAG_BUDGET_VIOLATION},
        {"any parquet", "c b a s", NULL, LIVE, NO_ARCHIVE, .status = STATUS_COMPLETE},
        {"chunks only", "c b k s", NULL, LIVE, NO_ARCHIVE, .status = STATUS_COMPLETE, .flags = FLAG_UNMERGED},
    };
    RUN(scenes);
}

static void test_growing_and_truncated(void **state) {
    (void)state;
    static const struct scene scenes[] = {
        {"first look", "c b p s~", NULL, LIVE, NO_ARCHIVE, .status = STATUS_RUNNING},
        {"held by its writer", "c b p s~L", NULL, LIVE, NO_ARCHIVE, .look = 3000, .at = 10 * MINUTE,
         .status = STATUS_RUNNING, .flags = FLAG_LOCKED},
        {"held by somebody when all is over", "c b p s~L", NULL, OVER, NO_ARCHIVE, .look = 3000, .at = 10 * MINUTE,
         .status = STATUS_INVALID, .flags = FLAG_TRUNCATED | FLAG_LOCKED},
        {"time without a second look", "c b p s~", NULL, LIVE, NO_ARCHIVE, .at = 10 * MINUTE, .status = STATUS_RUNNING},
        {"second look too early", "c b p s~", NULL, LIVE, NO_ARCHIVE, .look = 2999, .at = 10 * MINUTE,
         .status = STATUS_RUNNING},
        {"second look", "c b p s~", NULL, LIVE, NO_ARCHIVE, .look = 3000, .at = 3000, .status = STATUS_INVALID,
         .flags = FLAG_TRUNCATED},
        {"changing is never condemned", "c b p s!", NULL, LIVE, NO_ARCHIVE, .look = HOUR, .at = 10 * MINUTE,
         .status = STATUS_RUNNING},
        {"truncated while others are absent", "c b~", NULL, LIVE, NO_ARCHIVE, .look = 3000, .at = 3000,
         .status = STATUS_RUNNING, .flags = FLAG_TRUNCATED},
        {"over, one look", "c b p s~", NULL, OVER, NO_ARCHIVE, .status = STATUS_RUNNING},
        {"over, second look", "c b p s~", NULL, OVER, NO_ARCHIVE, .look = 3000, .at = 3000, .status = STATUS_INVALID,
         .flags = FLAG_TRUNCATED},
        {"check judges as it stands", "c b p~ s", NULL, CHECK, NO_ARCHIVE, .status = STATUS_INVALID,
         .flags = FLAG_TRUNCATED},
        {"check, changing", "c b p s!", NULL, CHECK, NO_ARCHIVE, .status = STATUS_RUNNING},
        {"check --running", "c b p~ s", NULL, CHECK_RUNNING, NO_ARCHIVE, .status = STATUS_RUNNING},
        {"check --running, absent", "c b", NULL, CHECK_RUNNING, NO_ARCHIVE, .at = 10 * HOUR, .status = STATUS_RUNNING},
        {"check --running, not archived", "c b p s", NULL, CHECK_RUNNING, ARCHIVE, .at = 10 * HOUR,
         .status = STATUS_ARCHIVING},
        {"truncated here, whole in the archive", "c b p~ s", "c b p s f d", LIVE, ARCHIVE, .look = 3000, .at = 3000,
         .status = STATUS_COMPLETE, .flags = FLAG_TRUNCATED},
    };
    RUN(scenes);
}

static void test_over(void **state) {
    (void)state;
    static const struct scene scenes[] = {
        {"nothing", NULL, NULL, OVER, NO_ARCHIVE, .status = STATUS_MISSING},
        {"empty", "", NULL, CHECK, NO_ARCHIVE, .status = STATUS_MISSING},
        {"silent", "w b", NULL, OVER, NO_ARCHIVE, .at = HOUR, .status = STATUS_MISSING, .flags = FLAG_INTERRUPTED},
        {"clean abort", "c b p", NULL, OVER, NO_ARCHIVE, .status = STATUS_MISSING, .flags = FLAG_INTERRUPTED},
        {"pre_run and all else", "w b p s", NULL, OVER, NO_ARCHIVE, .status = STATUS_INVALID,
         .flags = FLAG_INTERRUPTED},
        {"pre_run, check", "w b p s", NULL, CHECK, NO_ARCHIVE, .status = STATUS_INVALID, .flags = FLAG_INTERRUPTED},
        {"complete", "c b p s", NULL, OVER, NO_ARCHIVE, .status = STATUS_COMPLETE},
        {"a directory for a file", "c b p sn", NULL, CHECK, NO_ARCHIVE, .status = STATUS_MISSING,
         .flags = FLAG_INTERRUPTED},
        {"markers alone", "S", NULL, CHECK, ARCHIVE, .status = STATUS_MISSING},
        /* failed, missing, invalid, archive_failed, complete */
        {"failed before missing", "c", NULL, OVER, NO_ARCHIVE, .code = 1, .status = STATUS_FAILED},
        {"failed before invalid", "m b p s", NULL, OVER, NO_ARCHIVE, .code = 1, .status = STATUS_FAILED,
         .flags = FLAG_CONFIG_MISMATCH},
        {"missing before invalid", "m b~ p", NULL, CHECK, ARCHIVE, .status = STATUS_MISSING,
         .flags = FLAG_CONFIG_MISMATCH | FLAG_TRUNCATED | FLAG_INTERRUPTED},
        {"invalid before archive_failed", "m b p s I@60", NULL, CHECK, ARCHIVE, .status = STATUS_INVALID,
         .flags = FLAG_CONFIG_MISMATCH},
        {"archive_failed before complete", "c b p s", NULL, CHECK, ARCHIVE, .status = STATUS_ARCHIVE_FAILED},
    };
    RUN(scenes);
}

static void test_archive(void **state) {
    (void)state;
    static const struct scene scenes[] = {
        {"nothing there yet", "c b p s", NULL, LIVE, ARCHIVE, .at = 30 * MINUTE - 1, .status = STATUS_ARCHIVING},
        {"grace over", "c b p s", NULL, LIVE, ARCHIVE, .at = 30 * MINUTE, .status = STATUS_ARCHIVE_FAILED},
        {"being copied", "c b p s", "c b", LIVE, ARCHIVE, .status = STATUS_ARCHIVING},
        {"all but done", "c b p s", "c b p s f", LIVE, ARCHIVE, .status = STATUS_ARCHIVING},
        {"all but done, over", "c b p s", "c b p s f", OVER, ARCHIVE, .status = STATUS_ARCHIVE_FAILED},
        {"proven", "c b p s", "c b p s f d", LIVE, ARCHIVE, .status = STATUS_COMPLETE},
        {"proven, check", "c b p s", "c b p s f d", CHECK, ARCHIVE, .status = STATUS_COMPLETE},
        {"trimmed to metadata", "c s", "c b p s f d", LIVE, ARCHIVE, .status = STATUS_COMPLETE},
        {"merged on the archive's drive", "c b s", "p", LIVE, ARCHIVE, .status = STATUS_ARCHIVING},
        {"manifest differs, first look", "c b p s", "c b p s fD d", LIVE, ARCHIVE, .status = STATUS_ARCHIVING},
        {"manifest differs", "c b p s", "c b p s fD d", LIVE, ARCHIVE, .look = 3000, .at = 3000,
         .status = STATUS_ARCHIVE_FAILED},
        {"manifest is half", "c b p s", "c b p s f~ d", CHECK, ARCHIVE, .status = STATUS_ARCHIVE_FAILED},
        {"half there, whole here", "c b p s", "c b p~ s f d", CHECK, ARCHIVE, .status = STATUS_ARCHIVE_FAILED,
         .flags = FLAG_TRUNCATED},
        {"absent there, whole here", "c b p s", "c b s f d", CHECK, ARCHIVE, .status = STATUS_ARCHIVE_FAILED},
        {"another size there", "c b px s", "c b p s f d", CHECK, ARCHIVE, .status = STATUS_ARCHIVE_FAILED},
        {"another size there, waiting for the rest", "c b px s", "c b p s f", LIVE, ARCHIVE,
         .status = STATUS_ARCHIVING},
        {"a stand-in there", "c b p s", "c b a s f d", CHECK, ARCHIVE, .status = STATUS_ARCHIVE_FAILED},
        {"a stand-in here, the merged one there", "c b a s", "c b p s f d", CHECK, ARCHIVE, .status = STATUS_COMPLETE},
        {"half of it here, all of it there", "c b p~x s", "c b p s f d", CHECK, ARCHIVE, .status = STATUS_COMPLETE,
         .flags = FLAG_TRUNCATED},
        {"switched off by the configuration", "e b p s", NULL, LIVE, ARCHIVE, .status = STATUS_COMPLETE},
        {"none known", "c b p s", NULL, LIVE, .mode = ARCHIVE_LEARN, .status = STATUS_COMPLETE},
        {"none known, and yet it was tried", "c b p s S@60", NULL, LIVE, .mode = ARCHIVE_LEARN,
         .status = STATUS_ARCHIVE_FAILED, .flags = FLAG_UNVERIFIED},
        {"none wanted", "c b p s S@60", NULL, LIVE, NO_ARCHIVE, .status = STATUS_COMPLETE},
    };
    RUN(scenes);
}

static void test_owner(void **state) {
    (void)state;
    static const struct scene scenes[] = {
        {"two seconds apart", "c b p s", "c@3602 b p s@3598 f d", CHECK, ARCHIVE, .status = STATUS_COMPLETE},
        {"three seconds apart", "c b p s", "c b p s@3603 f d", CHECK, ARCHIVE, .status = STATUS_ARCHIVE_FAILED,
         .flags = FLAG_STALE_ARCHIVE},
        {"other time, same content", "c b p sh", "c b p sh@9000 f d", CHECK, ARCHIVE, .status = STATUS_COMPLETE},
        {"other size", "c b p s", "cx b p s f d", CHECK, ARCHIVE, .status = STATUS_ARCHIVE_FAILED,
         .flags = FLAG_STALE_ARCHIVE},
        {"other size, waiting to be replaced", "c b p s", "cx b p sx f d", LIVE, ARCHIVE, .status = STATUS_ARCHIVING,
         .flags = FLAG_STALE_ARCHIVE},
        {"an older batch's copy proves no file", "w b", "cx b p sx f d", CHECK, ARCHIVE, .status = STATUS_MISSING,
         .flags = FLAG_STALE_ARCHIVE | FLAG_INTERRUPTED},
        {"an older batch's configuration switches nothing off", "b p s", "e b p sx f d", CHECK, ARCHIVE,
         .status = STATUS_MISSING, .flags = FLAG_STALE_ARCHIVE},
        {"an older batch's copy is no activity", NULL, "O b p s f d", LIVE, ARCHIVE, .status = STATUS_PENDING,
         .flags = FLAG_STALE_ARCHIVE},
        {"nothing local, its outdir is here", NULL, "o b p s f d", LIVE, ARCHIVE, .status = STATUS_COMPLETE},
        {"empty here, its outdir is here", "", "o b p s f d", CHECK, ARCHIVE, .status = STATUS_COMPLETE},
        {"nothing local, its outdir is elsewhere", NULL, "O b p s f d", CHECK, ARCHIVE, .status = STATUS_MISSING,
         .flags = FLAG_STALE_ARCHIVE},
        {"half a copy proves no file where nothing is archived", "e b p", "c~x b p s f d", CHECK, ARCHIVE,
         .status = STATUS_MISSING, .flags = FLAG_INTERRUPTED},
        {"a copy that may be an older batch's switches nothing off", "b p s", "e b p f d", CHECK, ARCHIVE,
         .status = STATUS_ARCHIVE_FAILED},
        {"one that cannot be opened here shows nothing, the other does", "c b p su", "c b p s f d", CHECK, ARCHIVE,
         .status = STATUS_COMPLETE},
        {"none can be opened here", "cu bu pu su", "o b p s f d", CHECK, ARCHIVE, .status = STATUS_ARCHIVE_FAILED},
        {"nothing local, it does not say", NULL, "c b p s f d", CHECK, ARCHIVE, .status = STATUS_MISSING,
         .flags = FLAG_UNVERIFIED},
    };
    RUN(scenes);
}

static void test_markers(void **state) {
    (void)state;
    static const struct scene scenes[] = {
        {"it failed", "c b p s S@60", NULL, LIVE, ARCHIVE, .status = STATUS_ARCHIVE_FAILED},
        {"it broke", "c b p s I@60", "c b", LIVE, ARCHIVE, .status = STATUS_ARCHIVE_FAILED},
        {"left by an earlier attempt", "c b p s@60 S@3600", NULL, LIVE, ARCHIVE, .status = STATUS_ARCHIVING},
        {"within two seconds of the result", "c b p s@3598 S@3600", NULL, LIVE, ARCHIVE,
         .status = STATUS_ARCHIVE_FAILED},
        {"archived after it", "c b p s I@600", "c b p s f d@60", CHECK, ARCHIVE, .status = STATUS_COMPLETE},
        {"newer than the proof", "c b p s I@60", "c b p s f d@600", LIVE, ARCHIVE, .status = STATUS_ARCHIVE_FAILED,
         .flags = FLAG_MARKER_CONFLICT},
        {"the newer of two counts", "c b p s@600 S@9000 I@60", NULL, LIVE, ARCHIVE, .status = STATUS_ARCHIVE_FAILED},
        {"the drive's clock is an hour behind: archived after it", "ch b p sh I@600", "ch@7200 b p sh@7200 f d@3660",
         CHECK, ARCHIVE, .status = STATUS_COMPLETE},
        {"the drive's clock is an hour behind: broke after it", "ch b p sh I@60", "ch@7200 b p sh@7200 f d@3720", CHECK,
         ARCHIVE, .status = STATUS_ARCHIVE_FAILED, .flags = FLAG_MARKER_CONFLICT},
        {"copied without its times: the drive's clock is right", "ch b p sh I@600", "ch@60 b p sh@60 f d@60", CHECK,
         ARCHIVE, .status = STATUS_COMPLETE},
        {"running again after a failure", "w b S@9000", NULL, LIVE, ARCHIVE, .status = STATUS_RUNNING},
    };
    RUN(scenes);
}

static void test_unreachable(void **state) {
    (void)state;
    static const struct scene scenes[] = {
        {"check, whole here", "c b p s", NULL, CHECK, UNPLUGGED, .status = STATUS_ARCHIVE_FAILED,
         .flags = FLAG_UNVERIFIED},
        {"check, the rest may be there", "c s", NULL, CHECK, UNPLUGGED, .status = STATUS_ARCHIVE_FAILED,
         .flags = FLAG_UNVERIFIED},
        {"check, nothing here", NULL, NULL, CHECK, UNPLUGGED, .status = STATUS_ARCHIVE_FAILED,
         .flags = FLAG_UNVERIFIED},
        {"check, wrong here", "m b p s", NULL, CHECK, UNPLUGGED, .status = STATUS_INVALID,
         .flags = FLAG_CONFIG_MISMATCH},
        {"live, the grace stands still", "c b p s", NULL, LIVE, UNPLUGGED, .at = 10 * HOUR, .status = STATUS_ARCHIVING,
         .flags = FLAG_UNVERIFIED},
        {"live, trimmed", "c s", NULL, LIVE, UNPLUGGED, .at = 10 * HOUR, .status = STATUS_ARCHIVING,
         .flags = FLAG_UNVERIFIED},
        {"unreadable here, no archive", "c b p s?", NULL, CHECK, NO_ARCHIVE, .status = STATUS_INVALID,
         .flags = FLAG_UNVERIFIED},
        {"archiving is off", "e b p s", NULL, CHECK, UNPLUGGED, .status = STATUS_COMPLETE},
    };
    RUN(scenes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_live),        cmocka_unit_test(test_growing_and_truncated),
        cmocka_unit_test(test_over),        cmocka_unit_test(test_archive),
        cmocka_unit_test(test_owner),       cmocka_unit_test(test_markers),
        cmocka_unit_test(test_unreachable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
