/* Facts as lines: the exact text, the way back, and lines that are no facts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "watch/fact_codec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

static const struct profile profile = {
    .name = "test",
    .artifact = {{.path = "run_config.json", .kind = KIND_JSON},
                 {.path = "series/run 1.parquet", .kind = KIND_PARQUET}},
    .n_artifacts = 2,
    .value = {{.name = "T", .artifact = 0}, {.name = "size", .artifact = 0}, {.name = "a=b", .artifact = 0}},
    .n_values = 3,
};

/* The fact's line is `line`, and the line read back and written again is the same. */
static void assert_line(const struct fact *f, const char *line) {
    struct fact_text text = {0};
    assert_int_equal(fact_encode(&profile, f, &text), 0);
    if (text.len != strlen(line) || memcmp(text.data, line, text.len) != 0) {
        fail_msg("line is\n%.*s\nnot\n%s", (int)text.len, text.data, line);
    }
    struct fact_batch *b = fact_batch_new();
    assert_int_equal(fact_decode(&profile, text.data, text.len, b), 0);
    assert_int_equal(fact_batch_count(b), 1);
    struct fact_text again = {0};
    assert_int_equal(fact_encode(&profile, fact_batch_at(b, 0), &again), 0);
    assert_int_equal(again.len, text.len);
    assert_memory_equal(again.data, text.data, text.len);
    fact_batch_free(b);
    fact_text_free(&text);
    fact_text_free(&again);
}

static void test_root(void **state) {
    (void)state;
    struct fact f = {.kind = FACT_ROOT, .root = ROOT_BATCH, .at = 5};
    f.u.root_state.health = HEALTH_LIVE;
    assert_line(&f, "root batch live at=5 since=0 settle=0 poll=0");
    f.root = ROOT_ARCHIVE;
    f.u.root_state.health = HEALTH_STALE;
    f.u.root_state.since = -1;
    f.u.root_state.settle_ms = 10000;
    f.u.root_state.poll_ms = 5000;
    f.u.root_state.path = "E:\\out put";
    f.u.root_state.reason = "";
    f.u.root_state.learned = true;
    assert_line(&f, "root archive stale at=5 since=-1 settle=10000 poll=5000 path=E:\\out%20put reason= learned");
    f.u.root_state.slow = true;
    assert_line(&f, "root archive stale at=5 since=-1 settle=10000 poll=5000 path=E:\\out%20put reason= learned slow");
}

static void test_scan(void **state) {
    (void)state;
    struct fact f = {.kind = FACT_SCAN_BEGIN, .root = ROOT_BATCH, .at = INT64_MAX};
    f.u.scan.generation = UINT32_MAX;
    assert_line(&f, "scan-begin batch at=9223372036854775807 generation=4294967295");
    f.kind = FACT_SCAN_END;
    f.root = ROOT_ARCHIVE;
    f.at = INT64_MIN;
    f.u.scan.generation = 0;
    assert_line(&f, "scan-end archive at=-9223372036854775808 generation=0");
}

static void test_place(void **state) {
    (void)state;
    struct fact f = {.kind = FACT_PLACE, .root = ROOT_BATCH, .at = 1, .place = "T1_eps0p5"};
    f.u.place_state.present = true;
    f.u.place_state.has_files = true;
    f.u.place_state.stamp = UINT64_MAX;
    assert_line(&f, "place batch T1_eps0p5 present at=1 stamp=ffffffffffffffff files");
    f.place = "";
    f.u.place_state.present = f.u.place_state.has_files = false;
    f.u.place_state.stamp = 0;
    assert_line(&f, "place batch %- gone at=1 stamp=0");
    f.place = "%-";
    assert_line(&f, "place batch %25- gone at=1 stamp=0");
}

static void test_file(void **state) {
    (void)state;
    struct fact f = {.kind = FACT_FILE, .root = ROOT_BATCH, .at = 1234, .place = "T4000"};
    f.u.file.content = CONTENT_WHOLE;
    assert_line(&f, "file batch T4000 run_config.json whole at=1234 size=0 mtime=0 id=0 hash=0 chunks=0");
    const struct fact_value values[] = {{0, "4000", 0}, {1, "", 1}, {2, "x y=z", 0}, {0, "4e3", 3}};
    f.u.file = (struct fact_file){.artifact = 1,
                                  .content = CONTENT_PARTIAL,
                                  .via = VIA_CHUNK,
                                  .name = "run_chunk_1.parquet",
                                  .chunks = 3,
                                  .size = 812,
                                  .mtime_ns = INT64_C(1700000000123456789),
                                  .id = 0x1f3,
                                  .hash = 0xdeadbeef,
                                  .locked = true,
                                  .holder = "AV scan (12)",
                                  .note = "100% 表\n\x1b[2J\xff",
                                  .differs = true,
                                  .values = values,
                                  .n_values = 4};
    assert_line(&f, "file batch T4000 series/run%201.parquet partial at=1234 size=812 mtime=1700000000123456789 id=1f3 "
                    "hash=deadbeef chunks=3 chunk name=run_chunk_1.parquet locked holder=AV%20scan%20(12) "
                    "note=100%25%20表%0A%1B[2J%FF differs with T=4000 1@size= a%3Db=x%20y%3Dz 3@T=4e3");
    f.u.file.via = VIA_ALTERNATIVE;
    f.u.file.n_values = 0;
    f.u.file.locked = f.u.file.differs = false;
    f.u.file.holder = f.u.file.note = NULL;
    assert_line(&f, "file batch T4000 series/run%201.parquet partial at=1234 size=812 mtime=1700000000123456789 id=1f3 "
                    "hash=deadbeef chunks=3 alternative name=run_chunk_1.parquet");
}

static void test_machine(void **state) {
    (void)state;
    struct fact f = {.kind = FACT_MACHINE, .at = 3, .u.machine = {.load = -1, .swap_total = -1}};
    assert_line(&f, "machine batch at=3");
    f.u.machine = (struct fact_machine){123, 16, 64000, 1000, 0, 0};
    assert_line(&f, "machine batch at=3 load=123 processors=16 memory=64000 available=1000 swap=0 swap-used=0");
    struct fact_batch *b = fact_batch_new();
    static const char *const bad[] = {"machine batch at=3 load=-2", "machine batch load=1",
                                      "machine batch at=3 memory=-1 available=0", "away batch at=3 total=1 from=2",
                                      "away batch at=9 total=1 from=9 until=8 slept=0"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(fact_decode(&profile, bad[i], strlen(bad[i]), b), UV_EINVAL);
    }
    assert_int_equal(fact_decode(&profile, "machine batch at=3", 18, b), 0);
    assert_int_equal(fact_batch_at(b, 0)->u.machine.load, -1);
    assert_int_equal(fact_batch_at(b, 0)->u.machine.swap_total, -1);
    fact_batch_free(b);
    f = (struct fact){.kind = FACT_AWAY, .at = 9, .u.away = {.total = 7, .from = 2, .until = 9, .slept = 5}};
    assert_line(&f, "away batch at=9 total=7 from=2 until=9 slept=5");
}

static void test_other_kinds(void **state) {
    (void)state;
    struct fact f = {.kind = FACT_LIST, .at = 2};
    assert_line(&f, "list batch at=2");
    f.u.list.path = "/b/list.txt";
    f.u.list.text = "4000 0.5\n\0#";
    f.u.list.len = 11;
    assert_line(&f, "list batch at=2 path=/b/list.txt text=4000%200.5%0A%00#");
    f.u.list.text = "";
    f.u.list.len = 0;
    f.u.list.problem = "it is no text";
    assert_line(&f, "list batch at=2 path=/b/list.txt text= problem=it%20is%20no%20text");
    f = (struct fact){.kind = FACT_SETTING, .at = 3};
    f.u.setting.key = "sweep_total";
    f.u.setting.value = "";
    assert_line(&f, "setting batch at=3 key=sweep_total value=");
    f = (struct fact){.kind = FACT_EXIT, .root = ROOT_BATCH, .at = 4, .place = "T1"};
    f.u.exit.code = 137;
    f.u.exit.signal = 9;
    f.u.exit.source = "joblog";
    assert_line(&f, "exit batch T1 at=4 code=137 signal=9 source=joblog");
    f.u.exit.source = NULL;
    assert_line(&f, "exit batch T1 at=4 code=137 signal=9");
    f.u.exit = (struct fact_exit){.code = 4294967295,
                                  .source = "exec",
                                  .command = "run 1",
                                  .host = "node7",
                                  .pid = 77,
                                  .start_ms = 1,
                                  .end_ms = 2,
                                  .written_ms = 3,
                                  .peak_bytes = 4,
                                  .user_ms = 5,
                                  .system_ms = 6,
                                  .attempt = 7,
                                  .previous = -1,
                                  .life = LIFE_GONE};
    assert_line(&f, "exit batch T1 at=4 code=4294967295 signal=0 source=exec command=run%201 host=node7 pid=77 start=1 "
                    "end=2 written=3 peak=4 user=5 system=6 attempt=7 previous=-1 gone");
    f.u.exit = (struct fact_exit){.code = EXIT_RUNNING, .life = LIFE_ALIVE};
    assert_line(&f, "exit batch T1 at=4 code=-1 signal=0 alive");
    f = (struct fact){.kind = FACT_PARENT, .at = 6};
    f.u.parent.pid = 4242;
    assert_line(&f, "parent batch at=6 pid=4242 gone");
    f.u.parent.alive = true;
    assert_line(&f, "parent batch at=6 pid=4242 alive");
    f = (struct fact){.kind = FACT_ELSEWHERE, .at = 7, .place = "T1"};
    f.u.elsewhere.path = "/b/batch 2/T1";
    f.u.elsewhere.whole = 3;
    assert_line(&f, "elsewhere batch T1 at=7 whole=3 path=/b/batch%202/T1");
    f.u.elsewhere.path = NULL;
    f.u.elsewhere.whole = 0;
    assert_line(&f, "elsewhere batch T1 at=7 whole=0");
    f = (struct fact){.kind = FACT_PROGRESS, .at = 8, .place = "T1"};
    f.u.progress.rows = -1;
    f.u.progress.chunk_rows = INT64_MAX;
    f.u.progress.chunks = 3;
    f.u.progress.all = true;
    f.u.progress.value = 31.5;
    assert_line(&f,
                "progress batch T1 at=8 rows=-1 chunk-rows=9223372036854775807 chunks=3 all value=403f800000000000");
    f.u.progress.value = -0.0;
    f.u.progress.all = false;
    assert_line(&f, "progress batch T1 at=8 rows=-1 chunk-rows=9223372036854775807 chunks=3 value=8000000000000000");
    f.u.progress.value = NAN;
    assert_line(&f, "progress batch T1 at=8 rows=-1 chunk-rows=9223372036854775807 chunks=3");
}

/* Each value comes back, not only the same line. */
static void test_values_come_back(void **state) {
    (void)state;
    static const char line[] =
        "file archive T%201 run_config.json unreadable chunks=9 hash=5 id=6 mtime=-7 size=8 at=9 "
        "note=%E8%a1%a8 holder=h differs locked name=n with 2@size=%31";
    struct fact_batch *b = fact_batch_new();
    assert_int_equal(fact_decode(&profile, line, strlen(line), b), 0);
    const struct fact *f = fact_batch_at(b, 0);
    assert_int_equal(f->kind, FACT_FILE);
    assert_int_equal(f->root, ROOT_ARCHIVE);
    assert_string_equal(f->place, "T 1");
    assert_int_equal(f->at, 9);
    assert_int_equal(f->u.file.artifact, 0);
    assert_int_equal(f->u.file.content, CONTENT_UNREADABLE);
    assert_int_equal(f->u.file.via, VIA_ITSELF);
    assert_int_equal(f->u.file.chunks, 9);
    assert_true(f->u.file.hash == 5);
    assert_true(f->u.file.id == 6);
    assert_int_equal(f->u.file.mtime_ns, -7);
    assert_int_equal(f->u.file.size, 8);
    assert_string_equal(f->u.file.note, "表");
    assert_string_equal(f->u.file.holder, "h");
    assert_string_equal(f->u.file.name, "n");
    assert_true(f->u.file.differs);
    assert_true(f->u.file.locked);
    assert_int_equal(f->u.file.n_values, 1);
    assert_int_equal(f->u.file.values[0].value, 1);
    assert_string_equal(f->u.file.values[0].text, "1");
    assert_int_equal(f->u.file.values[0].form, 2);
    fact_batch_free(b);
}

static void test_hidden_characters_are_encoded(void **state) {
    (void)state;
    struct fact f = {.kind = FACT_SETTING};
    f.u.setting.key = "é日本😀\uFFFD";
    f.u.setting.value = "\x7F\xC2\x85\u00A0\u200B\u202E\u2028\u2066\uFEFF";
    assert_line(&f, "setting batch at=0 key=é日本😀\uFFFD "
                    "value=%7F%C2%85%C2%A0%E2%80%8B%E2%80%AE%E2%80%A8%E2%81%A6%EF%BB%BF");
}

static void test_every_byte_comes_back(void **state) {
    (void)state;
    char all[256];
    for (int i = 1; i < 256; i++) all[i - 1] = (char)i;
    all[255] = '\0';
    struct fact f = {.kind = FACT_SETTING};
    f.u.setting.key = f.u.setting.value = all;
    struct fact_text text = {0};
    assert_int_equal(fact_encode(&profile, &f, &text), 0);
    struct fact_batch *b = fact_batch_new();
    assert_int_equal(fact_decode(&profile, text.data, text.len, b), 0);
    assert_string_equal(fact_batch_at(b, 0)->u.setting.key, all);
    assert_string_equal(fact_batch_at(b, 0)->u.setting.value, all);
    fact_batch_free(b);
    fact_text_free(&text);
}

static void assert_refused_bytes(const char *line, size_t len, int err) {
    /* A copy of exact size, so that a read past the end is seen by the sanitizer. */
    char *copy = malloc(len + (len == 0));
    assert_non_null(copy);
    memcpy(copy, line, len);
    struct fact_batch *b = fact_batch_new();
    int got = fact_decode(&profile, copy, len, b);
    if (got != err) fail_msg("%.*s: %d, not %d", (int)len, line, got, err);
    assert_int_equal(fact_batch_count(b), 0);
    fact_batch_free(b);
    free(copy);
}

static void assert_refused(const char *line, int err) { assert_refused_bytes(line, strlen(line), err); }

static void test_malformed_lines(void **state) {
    (void)state;
    assert_refused("", UV_EINVAL);
    assert_refused(" ", UV_EINVAL);
    assert_refused(FACT_STREAM_HEADER, UV_EINVAL);
    assert_refused("scan-begin", UV_EINVAL);
    assert_refused("scan-begin nowhere at=1 generation=1", UV_EINVAL);
    assert_refused("scan-middle batch at=1 generation=1", UV_EINVAL);
    assert_refused("scan-begin batch at=1", UV_EINVAL);
    assert_refused("scan-begin batch generation=1", UV_EINVAL);
    assert_refused("scan-begin batch at=1 at=1 generation=1", UV_EINVAL);
    assert_refused("scan-begin batch at=1 generation=1 more=1", UV_EINVAL);
    assert_refused("scan-begin batch at=1  generation=1", UV_EINVAL);
    assert_refused("scan-begin batch at=1 generation=1 ", UV_EINVAL);
    assert_refused("scan-begin batch at= generation=1", UV_EINVAL);
    assert_refused("scan-begin batch at=- generation=1", UV_EINVAL);
    assert_refused("scan-begin batch at=1x generation=1", UV_EINVAL);
    assert_refused("scan-begin batch at=9223372036854775808 generation=1", UV_EINVAL);
    assert_refused("scan-begin batch at=-9223372036854775809 generation=1", UV_EINVAL);
    assert_refused("scan-begin batch at=1 generation=4294967296", UV_EINVAL);
    assert_refused("scan-begin batch at=1 generation=-1", UV_EINVAL);
    assert_refused("place batch", UV_EINVAL);
    assert_refused("place batch T1", UV_EINVAL);
    assert_refused("place batch T1 there at=1 stamp=0", UV_EINVAL);
    assert_refused("place batch T1 gone at=1 stamp=0 files=1", UV_EINVAL);
    assert_refused("place batch T1 gone at=1 stamp=g", UV_EINVAL);
    assert_refused("place batch T1 gone at=1 stamp=10000000000000000", UV_EINVAL);
    assert_refused("place batch T% gone at=1 stamp=0", UV_EINVAL);
    assert_refused("place batch T%4 gone at=1 stamp=0", UV_EINVAL);
    assert_refused("place batch T%4G gone at=1 stamp=0", UV_EINVAL);
    assert_refused("place batch T%00 gone at=1 stamp=0", UV_EINVAL);
    assert_refused("root batch fine at=1 since=0 settle=0 poll=0", UV_EINVAL);
    assert_refused("exit batch T1 at=1 code=4294967296 signal=0", UV_EINVAL);
    assert_refused("parent batch at=1 pid=1", UV_EINVAL);
    assert_refused("parent batch at=1 pid=1 alive gone", UV_EINVAL);
    assert_refused_bytes("list batch at=1 text=a\0b", 24, UV_EINVAL);
}

#define FILE_FIELDS " at=1 size=1 mtime=1 id=1 hash=1 chunks=0"

static void test_malformed_files(void **state) {
    (void)state;
    assert_refused("file batch T1 run_config.json hole" FILE_FIELDS, UV_EINVAL);
    assert_refused("file batch T1 unknown.json whole" FILE_FIELDS, UV_ENOENT);
    assert_refused("file batch T1 run_config.json whole" FILE_FIELDS " chunk alternative", UV_EINVAL);
    assert_refused("file batch T1 run_config.json whole" FILE_FIELDS " with", UV_EINVAL);
    assert_refused("file batch T1 run_config.json whole" FILE_FIELDS " with T", UV_EINVAL);
    assert_refused("file batch T1 run_config.json whole" FILE_FIELDS " with T=%", UV_EINVAL);
    assert_refused("file batch T1 run_config.json whole" FILE_FIELDS " with 4@T=1", UV_EINVAL);
    assert_refused("file batch T1 run_config.json whole" FILE_FIELDS " with @T=1", UV_EINVAL);
    assert_refused("file batch T1 run_config.json whole" FILE_FIELDS " with -1@T=1", UV_EINVAL);
    assert_refused("elsewhere batch T1 at=1", UV_EINVAL);
    assert_refused("progress batch T1 at=1 rows=-2 chunk-rows=0 chunks=0", UV_EINVAL);
    assert_refused("progress batch T1 at=1 rows=0 chunk-rows=0 chunks=-1", UV_EINVAL);
    assert_refused("progress batch T1 at=1 rows=0 chunk-rows=0", UV_EINVAL);
    assert_refused("progress batch T1 at=1 rows=0 chunk-rows=0 chunks=0 value=1.5", UV_EINVAL);
    assert_refused("file batch T1 run_config.json whole" FILE_FIELDS " with EPS=1", UV_ENOENT);
    assert_refused("file batch T1 run_config.json whole" FILE_FIELDS " T=1", UV_EINVAL);
    /* More values than any profile has places for. */
    static const char begin[] = "file batch T1 run_config.json whole" FILE_FIELDS " with";
    char *line = malloc(sizeof begin + 4 * 200);
    assert_non_null(line);
    strcpy(line, begin);
    for (int i = 0; i < 200; i++) strcat(line, " T=1");
    assert_refused(line, UV_EINVAL);
    free(line);
}

static void test_every_cut_line_is_refused_or_read(void **state) {
    (void)state;
    static const char line[] =
        "file batch T1 run_config.json whole" FILE_FIELDS " name=n holder=h note=%20x differs with T=%34";
    struct fact_batch *b = fact_batch_new();
    for (size_t n = 0; n < sizeof line; n++) {
        char *copy = malloc(n + (n == 0));
        assert_non_null(copy);
        memcpy(copy, line, n);
        (void)fact_decode(&profile, copy, n, b);
        free(copy);
    }
    assert_true(fact_batch_count(b) >= 2);
    fact_batch_free(b);
}

static void test_limits(void **state) {
    (void)state;
    size_t len = FACT_LINE_MAX + 1;
    char *line = malloc(len), *big = malloc(len);
    assert_non_null(line);
    assert_non_null(big);
    memset(line, 'x', len);
    memcpy(line, "setting batch at=1 key=", 23);
    assert_refused_bytes(line, len, UV_E2BIG);
    struct fact_batch *b = fact_batch_new();
    assert_int_equal(fact_decode(&profile, line, len - 1, b), 0);
    memcpy(line, "list batch at=1 text=xx", 23);
    assert_int_equal(fact_decode(&profile, line, len, b), 0);
    assert_int_equal(fact_batch_at(b, 1)->u.list.len, len - 21);
    fact_batch_free(b);
    /* What could not be read back is not written, and nothing is left behind. */
    memset(big, '\n', len - 1);
    big[len - 1] = '\0';
    struct fact f = {.kind = FACT_SETTING};
    f.u.setting.key = big;
    struct fact_text text = {0};
    assert_int_equal(fact_encode(&profile, &f, &text), UV_E2BIG);
    assert_int_equal(text.len, 0);
    f = (struct fact){.kind = FACT_FILE, .place = "T1"};
    f.u.file.artifact = 2;
    assert_int_equal(fact_encode(&profile, &f, &text), UV_EINVAL);
    f.u.file.artifact = 0;
    f.u.file.values = &(struct fact_value){.value = 3, .text = ""};
    f.u.file.n_values = 1;
    assert_int_equal(fact_encode(&profile, &f, &text), UV_EINVAL);
    assert_int_equal(text.len, 0);
    fact_text_free(&text);
    free(big);
    free(line);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_root),
        cmocka_unit_test(test_scan),
        cmocka_unit_test(test_place),
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_machine),
        cmocka_unit_test(test_other_kinds),
        cmocka_unit_test(test_values_come_back),
        cmocka_unit_test(test_hidden_characters_are_encoded),
        cmocka_unit_test(test_every_byte_comes_back),
        cmocka_unit_test(test_malformed_lines),
        cmocka_unit_test(test_malformed_files),
        cmocka_unit_test(test_every_cut_line_is_refused_or_read),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests_name("fact_codec", tests, NULL, NULL);
}
