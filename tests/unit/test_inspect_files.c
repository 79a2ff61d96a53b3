/* Files of every kind on the fake file system: what they are judged to be, at what cost, and while they change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "platform/text.h"
#include "support/fs_fake.h"
#include "support/parquet_maker.h"
#include "watch/inspect.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { JSON, CSV, PARQUET, MANIFEST, MARKER, ANY };

static const struct profile profile = {
    .name = "test",
    .artifact = {[JSON] = {.path = "run_config.json", .kind = KIND_JSON},
                 [CSV] = {.path = "budget.csv", .kind = KIND_CSV},
                 [PARQUET] = {.path = "run.parquet", .kind = KIND_PARQUET},
                 [MANIFEST] = {.path = "archive_manifest.json", .kind = KIND_MANIFEST},
                 [MARKER] = {.path = "INCOMPLETE", .kind = KIND_MARKER},
                 [ANY] = {.path = "run_card.md", .kind = KIND_ANY}},
    .n_artifacts = 6,
    .value = {{.name = "T", .use = USE_COLUMN, .artifact = JSON, .paths = {"T"}}},
    .n_values = 1,
    .progress = {.column = "time", .artifact = PARQUET},
};

static struct fs_fake *world;
static const struct fs_ops *fs;
static struct fs_dir *dir;
static struct inspect_buffer *buffer;
static struct fact_file file;
static int error;

static int set_up(void **state) {
    (void)state;
    world = fs_fake_new();
    fs = fs_fake_ops(world);
    buffer = inspect_buffer_new();
    fs_fake_mkdir(world, "/case");
    return fs->dir_open(fs->ctx, NULL, "/case", &dir);
}

static int tear_down(void **state) {
    (void)state;
    fs->dir_close(fs->ctx, dir);
    inspect_buffer_free(buffer);
    int64_t left = fs_fake_counts(world).open_handles;
    fs_fake_free(world);
    return left == 0 ? 0 : -1;
}

static const char *path_of(int artifact) {
    static char path[128];
    snprintf(path, sizeof path, "/case/%s", profile.artifact[artifact].path);
    return path;
}

static void put(int artifact, const void *data, size_t len) {
    assert_int_equal(fs_fake_write(world, path_of(artifact), data, len), 0);
}

static void put_text(int artifact, const char *text) { put(artifact, text, strlen(text)); }

static bool inspect(int artifact, const uint64_t *cheap) {
    memset(&file, 0x55, sizeof file);
    error = 55;
    fs_fake_reset_counts(world);
    return inspect_file(fs, dir, profile.artifact[artifact].path, &profile, artifact, false, cheap, buffer, &file,
                        &error);
}

static void assert_file(int artifact, enum content content, const char *note) {
    assert_true(inspect(artifact, NULL));
    if (file.content != content) {
        fail_msg("%s, not %s (%s)", content_word(file.content), content_word(content), file.note ? file.note : "");
    }
    assert_int_equal(file.artifact, artifact);
    if (note == NULL) {
        assert_null(file.note);
    } else {
        assert_non_null(file.note);
        assert_string_equal(file.note, note);
    }
    assert_int_equal(file.via, VIA_ITSELF);
    assert_null(file.name);
    assert_null(file.holder);
    assert_false(file.locked);
}

static uint64_t asked(enum fs_fake_op op) { return fs_fake_counts(world).op[op]; }

static void test_json(void **state) {
    (void)state;
    put_text(JSON, "{\"T\": 4000}");
    assert_file(JSON, CONTENT_WHOLE, NULL);
    assert_int_equal(error, 0);
    assert_int_equal(file.size, 11);
    assert_int_equal(file.mtime_ns, INT64_C(1700000000000000000));
    assert_true(file.id != 0 && file.hash != 0);
    assert_int_equal(file.n_values, 1);
    assert_string_equal(file.values[0].text, "4000");
    assert_int_equal(asked(FS_FAKE_OPEN), 1);
    assert_int_equal(asked(FS_FAKE_READ), 1);
    assert_int_equal(asked(FS_FAKE_STAT), 1);
    put_text(JSON, "{\"T\": 4000");
    assert_file(JSON, CONTENT_PARTIAL, "ends inside an object at byte 10");
    assert_int_equal(file.n_values, 0);
    put_text(JSON, "");
    assert_file(JSON, CONTENT_PARTIAL, "empty");
    assert_int_equal(file.size, 0);
}

static void test_json_too_large(void **state) {
    (void)state;
    fs_fake_truncate(world, path_of(JSON), INSPECT_JSON_MAX + 1);
    assert_file(JSON, CONTENT_UNREADABLE, "too large to judge");
    assert_int_equal(asked(FS_FAKE_READ), 0);
    assert_int_equal(file.size, INSPECT_JSON_MAX + 1);
}

static void test_csv_text(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *note;
    } rows[] = {{"a,b\n1,2\n", NULL},
                {"a,b\r\n1,2\r\n", NULL},
                {"\xEF\xBB\xBF"
                 "a\n1\n",
                 NULL},
                {"a\n\n\n1\n", NULL},
                {"", "empty"},
                {"\n", "the header line is blank"},
                {" \t\r\n1,2\n", "the header line is blank"},
                {"\xEF\xBB\xBF\n1\n", "the header line is blank"},
                {"a,b", "no row after the header"},
                {"a,b\n", "no row after the header"},
                {"a,b\n \r\n\n", "no row after the header"},
                {"a,b\n1,2", "the last line is not finished"},
                {"a,b\n1,2\n3", "the last line is not finished"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t len = strlen(rows[i].text);
        put_text(CSV, rows[i].text);
        assert_file(CSV, rows[i].note == NULL ? CONTENT_WHOLE : CONTENT_PARTIAL, rows[i].note);
        assert_int_equal(inspect_csv_text(rows[i].text, len), file.content);
    }
    /* Room made for a file before it is written holds NULs. */
    put(CSV, "a,b\n\0\0\0\n", 8);
    assert_file(CSV, CONTENT_PARTIAL, "no row after the header");
}

static void test_csv_reads_only_what_it_needs(void **state) {
    (void)state;
    size_t len = 1024 * 1024;
    char *text = malloc(len);
    assert_non_null(text);
    memset(text, '7', len);
    text[3] = '\n';
    text[len - 1] = '\n';
    put(CSV, text, len);
    assert_file(CSV, CONTENT_WHOLE, NULL);
    assert_int_equal(fs_fake_counts(world).bytes_read, 64 * 1024 + 1);
    text[len - 1] = '7';
    put(CSV, text, len);
    assert_file(CSV, CONTENT_PARTIAL, "the last line is not finished");
    /* A header longer than one piece; the mark of UTF-8 and the line ends at the pieces' edges. */
    memset(text, 'h', len);
    text[64 * 1024 - 1] = '\n';
    text[len - 1] = '\n';
    put(CSV, text, len);
    assert_file(CSV, CONTENT_WHOLE, NULL);
    assert_int_equal(fs_fake_counts(world).bytes_read, 2 * 64 * 1024 + 1);
    free(text);
    fs_fake_truncate(world, path_of(CSV), 0);
    fs_fake_truncate(world, path_of(CSV), 9 * 1024 * 1024);
    assert_file(CSV, CONTENT_PARTIAL, "no row in the first 8 MiB");
    assert_int_equal(fs_fake_counts(world).bytes_read, 8 * 1024 * 1024);
    fs_fake_truncate(world, path_of(CSV), 1024 * 1024);
    assert_file(CSV, CONTENT_PARTIAL, "the header line is blank");
}

#define EARLY "its footer cannot be understood: it ends too early"

static void test_parquet(void **state) {
    (void)state;
    put(PARQUET, "PAR1dataF\x01\0\0\0PAR1", 17);
    assert_file(PARQUET, CONTENT_WHOLE, EARLY);
    assert_int_equal(asked(FS_FAKE_READ), 1);
    put(PARQUET, "PAREdataF\x05\0\0\0PARE", 17);
    assert_file(PARQUET, CONTENT_WHOLE, "its footer is encrypted");
    put(PARQUET, "PAR1\0\0\0\0PAR1", 12);
    assert_file(PARQUET, CONTENT_WHOLE, EARLY);
    put(PARQUET, "PAR1dataF\x06\0\0\0PAR1", 17);
    assert_file(PARQUET, CONTENT_PARTIAL, "its footer is longer than the file");
    put(PARQUET, "PAR1dataF\0\0\0\xFFPAR1", 17);
    assert_file(PARQUET, CONTENT_PARTIAL, "its footer is longer than the file");
    put(PARQUET, "PAR1dataF\x01\0\0\0PARE", 17);
    assert_file(PARQUET, CONTENT_PARTIAL, "ends without a Parquet footer");
    put(PARQUET, "PAR1dataF\x01\0\0\0PAR", 16);
    assert_file(PARQUET, CONTENT_PARTIAL, "ends without a Parquet footer");
    put(PARQUET, "par1dataF\x01\0\0\0PAR1", 17);
    assert_file(PARQUET, CONTENT_PARTIAL, "does not begin as a Parquet file");
    put(PARQUET, "PAR1\0\0\0PAR1", 11);
    assert_file(PARQUET, CONTENT_PARTIAL, "shorter than any Parquet file");
    put(PARQUET, "P", 1);
    assert_file(PARQUET, CONTENT_PARTIAL, "shorter than any Parquet file");
    put(PARQUET, "", 0);
    assert_file(PARQUET, CONTENT_PARTIAL, "empty");
}

static void assert_footer(int64_t rows, double max) {
    struct parquet_footer footer = inspect_footer(buffer);
    assert_int_equal(footer.rows, rows);
    assert_true(isnan(max) ? isnan(footer.max) : footer.max >= max && footer.max <= max);
}

static void test_parquet_footer(void **state) {
    (void)state;
    struct pq_bytes made = {0};
    pq_make_simple(&made, 32, 1, 31.5);
    put(PARQUET, (const char *)made.data, made.len);
    assert_file(PARQUET, CONTENT_WHOLE, NULL);
    assert_footer(32, 31.5);
    assert_int_equal(asked(FS_FAKE_READ), 1);
    put_text(JSON, "{\"T\": 1}");
    assert_file(JSON, CONTENT_WHOLE, NULL);
    assert_footer(-1, NAN);
    /* Cut off at every byte it is not whole, and nothing is said of its rows. */
    for (size_t n = 0; n < made.len; n++) {
        put(PARQUET, (const char *)made.data, n);
        assert_true(inspect(PARQUET, NULL));
        assert_int_equal(file.content, CONTENT_PARTIAL);
        assert_footer(-1, NAN);
    }
    /* Bytes lost in its middle. */
    const int64_t rows = 5;
    const struct pq_column column = {.name = "time", .type = PQ_DOUBLE};
    pq_make(&made,
            &(struct pq_file){.columns = &column, .n_columns = 1, .rows = &rows, .groups = 1, .data_bytes = 5000});
    memmove(made.data + 8, made.data + 4008, made.len - 4008);
    put(PARQUET, (const char *)made.data, made.len - 4000);
    assert_file(PARQUET, CONTENT_PARTIAL, "its footer speaks of data that is not in the file");
    pq_free(&made);
}

/* The footer is in the last 128 KiB mostly; else what is lacking is read, and no more. */
static void test_parquet_reads_only_the_ends(void **state) {
    (void)state;
    enum { TAIL = 128 * 1024, LARGE = 1000 * 1000 };
    fs_fake_truncate(world, path_of(PARQUET), LARGE);
    assert_file(PARQUET, CONTENT_PARTIAL, "does not begin as a Parquet file");
    assert_int_equal(fs_fake_counts(world).bytes_read, TAIL + 4);
    const int64_t rows = 5;
    const struct pq_extremes extremes = {.min = 1, .max = 2};
    const struct pq_column column = {.name = "time", .type = PQ_DOUBLE, .extremes = &extremes};
    struct pq_file f = {.columns = &column, .n_columns = 1, .rows = &rows, .groups = 1, .data_bytes = LARGE};
    struct pq_bytes made = {0};
    pq_make(&made, &f);
    put(PARQUET, (const char *)made.data, made.len);
    assert_file(PARQUET, CONTENT_WHOLE, NULL);
    assert_footer(5, 2);
    assert_int_equal(fs_fake_counts(world).bytes_read, TAIL + 4);
    f.metadata_bytes = 3 * LARGE;
    pq_make(&made, &f);
    put(PARQUET, (const char *)made.data, made.len);
    assert_file(PARQUET, CONTENT_WHOLE, NULL);
    assert_footer(5, 2);
    assert_int_equal(fs_fake_counts(world).bytes_read, TAIL + 4 + (int64_t)pq_footer_len(&made));
    assert_int_equal(asked(FS_FAKE_READ), 3);
    f.metadata_bytes = INSPECT_FOOTER_MAX;
    pq_make(&made, &f);
    put(PARQUET, (const char *)made.data, made.len);
    assert_file(PARQUET, CONTENT_WHOLE, "its footer is too large to read");
    assert_footer(-1, NAN);
    pq_free(&made);
}

static void test_marker(void **state) {
    (void)state;
    put_text(MARKER, "copy failed: disk full\r\n\n");
    assert_file(MARKER, CONTENT_WHOLE, "copy failed: disk full");
    put_text(MARKER, "");
    assert_file(MARKER, CONTENT_WHOLE, NULL);
    put_text(MARKER, " \n");
    assert_file(MARKER, CONTENT_WHOLE, NULL);
    put(MARKER, "a\0b", 3);
    assert_file(MARKER, CONTENT_WHOLE, "a b");
    put(MARKER, "\xFF\xFEn\0o\0", 6); /* UTF-16 */
    assert_file(MARKER, CONTENT_WHOLE, "no");
    put(MARKER, "\xFFx", 2); /* no encoding of ours; a system may have one of its own for it */
    char *decoded = NULL;
    size_t len;
    assert_file(MARKER, CONTENT_WHOLE, text_decode("\xFFx", 2, &decoded, &len) == 0 ? decoded : "\xFFx");
    free(decoded);
}

static void test_long_marker(void **state) {
    (void)state;
    char text[6000];
    memset(text, 'x', sizeof text);
    memcpy(text + INSPECT_MARKER_MAX - 2, "日", 3);
    put(MARKER, text, sizeof text);
    assert_true(inspect(MARKER, NULL));
    assert_int_equal(file.content, CONTENT_WHOLE);
    assert_int_equal(strlen(file.note), INSPECT_MARKER_MAX - 2);
    assert_int_equal(file.size, 6000);
    assert_int_equal(fs_fake_counts(world).bytes_read, INSPECT_MARKER_MAX);
    /* Cut in the middle of a character, it is not taken for another encoding. */
    for (size_t i = 0; i + 3 <= sizeof text; i += 3) memcpy(text + i, "日", 3);
    put(MARKER, text, sizeof text);
    assert_true(inspect(MARKER, NULL));
    assert_int_equal(strlen(file.note), 4095);
    assert_memory_equal(file.note, text, 4095);
    text[0] = text[1] = 'x';
    for (size_t i = 2; i + 3 <= sizeof text; i += 3) memcpy(text + i, "日", 3);
    put(MARKER, text, sizeof text);
    assert_true(inspect(MARKER, NULL));
    assert_int_equal(strlen(file.note), 4094);
    assert_memory_equal(file.note, text, 4094);
    /* The same in code page 932: 日 is 0x93 0xFA. */
    text[0] = 'x';
    for (size_t i = 1; i + 2 <= sizeof text; i += 2) memcpy(text + i, "\x93\xFA", 2);
    put(MARKER, text, sizeof text);
    assert_true(inspect(MARKER, NULL));
    assert_int_equal(file.note[0], 'x');
    assert_true(strlen(file.note) > 4000);
    assert_null(strchr(file.note, '\xFA'));
}

static void test_any_is_only_looked_at(void **state) {
    (void)state;
    put_text(ANY, "");
    assert_file(ANY, CONTENT_WHOLE, NULL);
    assert_int_equal(asked(FS_FAKE_OPEN), 0);
    assert_int_equal(asked(FS_FAKE_STAT), 1);
}

static void test_absent(void **state) {
    (void)state;
    for (int i = JSON; i <= ANY; i++) {
        assert_file(i, CONTENT_ABSENT, NULL);
        assert_int_equal(error, UV_ENOENT);
        assert_int_equal(file.id, 0);
    }
    fs_fake_link(world, path_of(JSON), "nowhere");
    assert_file(JSON, CONTENT_ABSENT, NULL);
    fs_fake_link(world, path_of(CSV), "budget.csv");
    assert_file(CSV, CONTENT_ABSENT, NULL);
    assert_int_equal(error, UV_ELOOP);
}

static void test_a_link_counts_as_its_file(void **state) {
    (void)state;
    fs_fake_write_text(world, "/elsewhere/config.json", "{\"T\": 1}");
    fs_fake_link(world, path_of(JSON), "../elsewhere/config.json");
    assert_file(JSON, CONTENT_WHOLE, NULL);
}

static void test_not_a_file(void **state) {
    (void)state;
    for (int i = JSON; i <= ANY; i++) {
        fs_fake_mkdir(world, path_of(i));
        assert_file(i, CONTENT_NOT_A_FILE, "is a directory");
        assert_int_equal(file.size, 0);
        assert_true(file.id != 0);
        assert_int_equal(error, 0);
        fs_fake_remove(world, path_of(i));
        fs_fake_special(world, path_of(i));
        assert_file(i, CONTENT_NOT_A_FILE, "is not a regular file");
        assert_int_equal(fs_fake_counts(world).special_opens, 0);
    }
}

static void test_errors(void **state) {
    (void)state;
    put_text(JSON, "{}");
    fs_fake_fail(world, path_of(JSON), false, 1 << FS_FAKE_OPEN, UV_EACCES);
    assert_file(JSON, CONTENT_UNREADABLE, "permission denied");
    assert_int_equal(error, UV_EACCES);
    fs_fake_heal(world);
    fs_fake_fail(world, path_of(JSON), false, 1 << FS_FAKE_READ, UV_EIO);
    assert_file(JSON, CONTENT_UNREADABLE, "i/o error");
    assert_int_equal(error, UV_EIO);
    assert_int_equal(file.size, 2);
    fs_fake_heal(world);
    fs_fake_fail(world, "/case", true, -1, UV_ETIMEDOUT);
    assert_file(JSON, CONTENT_UNREADABLE, "connection timed out");
    assert_int_equal(error, UV_ETIMEDOUT);
    fs_fake_heal(world);
    assert_file(JSON, CONTENT_WHOLE, NULL);
}

static void test_cheap(void **state) {
    (void)state;
    put_text(JSON, "{}");
    inspect(JSON, NULL);
    uint64_t version = inspect_version(file.id, file.size, file.mtime_ns);
    assert_false(inspect(JSON, &version));
    assert_int_equal(asked(FS_FAKE_OPEN), 0);
    assert_int_equal(asked(FS_FAKE_STAT), 1);
    assert_int_equal(file.size, 2);
    assert_int_equal(file.mtime_ns, INT64_C(1700000000000000000));
    assert_true(file.id != 0);
    fs_fake_advance(world, 1);
    put_text(JSON, "{ ");
    assert_true(inspect(JSON, &version));
    assert_int_equal(file.content, CONTENT_PARTIAL);
    fs_fake_remove(world, path_of(JSON));
    fs_fake_special(world, path_of(JSON));
    assert_true(inspect(JSON, &version));
    assert_int_equal(file.content, CONTENT_NOT_A_FILE);
    assert_int_equal(fs_fake_counts(world).special_opens, 0);
    put_text(ANY, "x");
    inspect(ANY, NULL);
    version = inspect_version(file.id, file.size, file.mtime_ns);
    assert_false(inspect(ANY, &version));
}

static void test_version_depends_on_each_part(void **state) {
    (void)state;
    assert_true(inspect_version(1, 2, 3) == inspect_version(1, 2, 3));
    assert_true(inspect_version(1, 2, 3) != inspect_version(9, 2, 3));
    assert_true(inspect_version(1, 2, 3) != inspect_version(1, 9, 3));
    assert_true(inspect_version(1, 2, 3) != inspect_version(1, 2, 9));
}

/* Changes the JSON file before each of its first `left` reads. */
struct meddler {
    int left;
    bool after;  /* only before the look at the state after reading */
    bool shrink; /* else it grows */
    bool replace;
};

static void meddle(void *arg, enum fs_fake_op op, const char *path) {
    struct meddler *m = arg;
    if (op != (m->after ? FS_FAKE_STAT : FS_FAKE_READ) || strcmp(path, "/case/run_config.json") != 0) return;
    if (m->left-- <= 0) return;
    fs_fake_advance(world, 1);
    if (m->replace) {
        fs_fake_replace(world, path, "{\"T\": 2}", 8);
    } else if (m->shrink) {
        fs_fake_truncate(world, path, 3);
    } else {
        fs_fake_append(world, path, " ", 1);
    }
}

static void test_changing_while_read(void **state) {
    (void)state;
    struct meddler m = {.left = 1};
    fs_fake_hook(world, meddle, &m);
    put_text(JSON, "{\"T\": 1}");
    assert_file(JSON, CONTENT_WHOLE, NULL);
    assert_int_equal(asked(FS_FAKE_READ), 2);
    assert_int_equal(file.size, 9);
    m = (struct meddler){.left = 1, .after = true};
    assert_file(JSON, CONTENT_WHOLE, NULL);
    assert_int_equal(asked(FS_FAKE_READ), 2);
    assert_int_equal(file.size, 10);
    m = (struct meddler){.left = 100};
    assert_file(JSON, CONTENT_CHANGING, "changed every time it was read");
    assert_int_equal(asked(FS_FAKE_READ), INSPECT_TRIES);
    assert_int_equal(file.size, 13);
    assert_int_equal(file.n_values, 0);
    assert_true(file.hash == 0);
    m = (struct meddler){.left = 1, .shrink = true};
    assert_file(JSON, CONTENT_PARTIAL, "ends inside a string at byte 3");
}

/* Shorter for a moment, and as before when it is looked at again. */
static void shrink_for_a_moment(void *arg, enum fs_fake_op op, const char *path) {
    int *left = arg;
    if (*left <= 0 || (op != FS_FAKE_READ && op != FS_FAKE_STAT)) return;
    if (op == FS_FAKE_READ) {
        fs_fake_truncate(world, path, 3);
    } else {
        fs_fake_write_text(world, path, "{\"T\": 1}");
        --*left;
    }
}

static void test_short_read(void **state) {
    (void)state;
    int left = 1;
    put_text(JSON, "{\"T\": 1}");
    fs_fake_hook(world, shrink_for_a_moment, &left);
    assert_file(JSON, CONTENT_WHOLE, NULL);
    assert_int_equal(asked(FS_FAKE_READ), 2);
    left = 100;
    assert_file(JSON, CONTENT_CHANGING, "changed every time it was read");
}

/* A name that is given to another file is a matter of the next look: what was read is one version. */
static void test_replaced_while_read(void **state) {
    (void)state;
    struct meddler m = {.left = 1, .replace = true};
    put_text(JSON, "{\"T\": 1}");
    fs_fake_hook(world, meddle, &m);
    assert_file(JSON, CONTENT_WHOLE, NULL);
    uint64_t id = file.id;
    assert_string_equal(file.values[0].text, "1");
    assert_file(JSON, CONTENT_WHOLE, NULL);
    assert_string_equal(file.values[0].text, "2");
    assert_true(file.id != id);
}

/* Manifest: three files made at 1700000000 s. */
static void make_archive(void) {
    fs_fake_write_text(world, "/case/summary.json", "{}");
    fs_fake_write_text(world, "/case/series/run.parquet", "0123456789");
    fs_fake_write_text(world, "/case/checks/mass_budget.csv", "a\n1\n");
}

#define ENTRY(path, size, mtime) "{\"path\": \"" path "\", \"size\": " size ", \"mtime\": " mtime "}"
#define SUMMARY ENTRY("summary.json", "2", "1700000000.0")
#define PARQUET_ENTRY ENTRY("series/run.parquet", "10", "1700000000.25")
#define CSV_ENTRY ENTRY("checks\\\\mass_budget.csv", "4", "1699999998")
#define LIST(count, entries) "{\"root\": \"/x\", \"file_count\": " count ", \"files\": [" entries "]}"

static void assert_manifest(const char *text, const char *difference) {
    put_text(MANIFEST, text);
    assert_file(MANIFEST, CONTENT_WHOLE, difference);
    assert_int_equal(file.differs, difference != NULL);
    assert_int_equal(error, 0);
}

static void test_manifest_agrees(void **state) {
    (void)state;
    make_archive();
    assert_manifest(LIST("3", SUMMARY ", " PARQUET_ENTRY ", " CSV_ENTRY), NULL);
    assert_true(file.hash != 0);
    assert_manifest(LIST("1", SUMMARY), NULL); /* further files in the archive are no difference */
    assert_manifest(LIST("0", ""), NULL);
    assert_manifest("{\"files\": [" SUMMARY "]}", NULL);
    /* What is not a number is not compared. */
    assert_manifest(LIST("null", ENTRY("summary.json", "null", "\"x\"")), NULL);
    assert_manifest("{\"files\": [{\"path\": \"summary.json\"}]}", NULL);
    assert_manifest(LIST("1", ENTRY("summary.json", "NaN", "NaN")), NULL);
    assert_manifest(LIST("1", ENTRY("./checks/../summary.json", "2", "0")),
                    "the manifest lists './checks/../summary.json', which is no path inside the case");
}

static void test_manifest_differs(void **state) {
    (void)state;
    make_archive();
    assert_manifest(LIST("1", ENTRY("series/run.parquet", "123935", "1")),
                    "series/run.parquet is 10 bytes, the manifest says 123935");
    assert_manifest(LIST("1", ENTRY("checks/gone.csv", "1", "1")), "checks/gone.csv is missing");
    assert_manifest(LIST("1", ENTRY("summary.json/x", "1", "1")), "summary.json/x is missing");
    assert_manifest(LIST("1", ENTRY("checks", "1", "1")), "checks is not a regular file");
    assert_manifest(LIST("1", ENTRY("summary.json", "2", "1699999990")),
                    "summary.json is 10 s newer than the manifest says");
    assert_manifest(LIST("1", ENTRY("summary.json", "2", "1700000003")),
                    "summary.json is 3 s older than the manifest says");
    assert_manifest(LIST("3", SUMMARY), "the manifest lists 1 files, its file_count says 3");
    assert_manifest("{\"file_count\": 0}", "the manifest lists no files");
    assert_manifest("{\"files\": {}}", "the manifest lists no files");
    assert_manifest("{\"files\": [1, {\"size\": 2}, {\"path\": 3}]}",
                    "entry 1 of the manifest names no file (3 differences)");
    assert_manifest(LIST("4", SUMMARY ", " ENTRY("a", "1", "1") ", " ENTRY("b", "1", "1") ", " ENTRY("c", "1", "1")),
                    "a is missing (3 differences)");
    /* The list that comes last counts. */
    assert_manifest("{\"files\": [{\"path\": \"a\"}], \"files\": [" SUMMARY "]}", NULL);
}

static void test_manifest_times_within_two_seconds(void **state) {
    (void)state;
    make_archive();
    assert_manifest(LIST("1", ENTRY("summary.json", "2", "1700000002.0")), NULL);
    assert_manifest(LIST("1", ENTRY("summary.json", "2", "1699999998.0")), NULL);
    assert_manifest(LIST("1", ENTRY("summary.json", "2", "1700000002.01")),
                    "summary.json is 2 s older than the manifest says");
    assert_manifest(LIST("1", ENTRY("summary.json", "2", "1699999997.99")),
                    "summary.json is 2 s newer than the manifest says");
}

static void refuse_outside(void *arg, enum fs_fake_op op, const char *path) {
    (void)op;
    if (strncmp(path, "/case", 5) != 0 || strstr(path, "..") != NULL) *(bool *)arg = true;
}

/* FAT keeps local time: all times off by the same quarters of an hour are no difference, some are. */
static void test_manifest_in_another_zone(void **state) {
    (void)state;
    make_archive();
    assert_manifest(
        LIST("2", ENTRY("summary.json", "2", "1700003600") ", " ENTRY("checks/mass_budget.csv", "4", "1700003601.5")),
        NULL);
    assert_manifest(LIST("1", ENTRY("summary.json", "2", "1699967600")), NULL); /* nine hours */
    assert_manifest(LIST("1", ENTRY("summary.json", "2", "1700020700")), NULL); /* five and three quarters */
    assert_manifest(LIST("1", ENTRY("summary.json", "3", "1700003600")),
                    "summary.json is 2 bytes, the manifest says 3");
    assert_manifest(LIST("1", ENTRY("summary.json", "2", "1700003590")),
                    "summary.json is 3590 s older than the manifest says");
    assert_manifest(LIST("1", ENTRY("summary.json", "2", "1700097200")), /* 27 h: no zone is so far */
                    "summary.json is 97200 s older than the manifest says");
    assert_manifest(
        LIST("2", ENTRY("summary.json", "2", "1700003600") ", " ENTRY("checks/mass_budget.csv", "4", "1700000000")),
        "summary.json is 3600 s older than the manifest says");
    assert_manifest(
        LIST("2", ENTRY("summary.json", "2", "1700003600") ", " ENTRY("checks/mass_budget.csv", "4", "1700007200")),
        "checks/mass_budget.csv is 7200 s older than the manifest says");
}

static void test_manifest_never_leaves_the_case(void **state) {
    (void)state;
    bool outside = false;
    fs_fake_write_text(world, "/secret", "x");
    fs_fake_hook(world, refuse_outside, &outside);
    static const char *const paths[] = {"/secret",    "../secret", "checks/../../secret", "..\\\\secret",
                                        "\\\\secret", "..",        "C:\\\\secret",        ""};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char text[256];
        snprintf(text, sizeof text, "{\"files\": [{\"path\": \"%s\"}]}", paths[i]);
        put_text(MANIFEST, text);
        assert_true(inspect(MANIFEST, NULL));
        assert_int_equal(file.content, CONTENT_WHOLE);
        assert_true(file.differs);
        assert_int_equal(strncmp(file.note, "the manifest lists '", 20), 0);
    }
    assert_false(outside);
    /* Names that only look like it. */
    fs_fake_write_text(world, "/case/..x", "");
    fs_fake_write_text(world, "/case/a../x", "");
    assert_manifest("{\"files\": [{\"path\": \"a../x\"}]}", NULL);
}

static void test_manifest_is_read_again_every_time(void **state) {
    (void)state;
    make_archive();
    assert_manifest(LIST("1", PARQUET_ENTRY), NULL);
    uint64_t version = inspect_version(file.id, file.size, file.mtime_ns);
    fs_fake_remove(world, "/case/series/run.parquet");
    assert_true(inspect(MANIFEST, &version));
    assert_true(file.differs);
    assert_string_equal(file.note, "series/run.parquet is missing");
}

static void test_manifest_partial(void **state) {
    (void)state;
    put_text(MANIFEST, "{\"files\": [" SUMMARY);
    assert_file(MANIFEST, CONTENT_PARTIAL, "ends inside an array at byte 69");
    assert_false(file.differs);
    assert_int_equal(asked(FS_FAKE_STAT), 1); /* nothing is compared with half a list */
}

static void test_manifest_unreachable(void **state) {
    (void)state;
    make_archive();
    put_text(MANIFEST, LIST("2", SUMMARY ", " PARQUET_ENTRY));
    fs_fake_fail(world, "/case/series", true, -1, UV_EIO);
    assert_file(MANIFEST, CONTENT_UNREADABLE, "the files it lists cannot be reached");
    assert_int_equal(error, UV_EIO);
    assert_false(file.differs);
    fs_fake_heal(world);
    fs_fake_fail(world, "/case/series", true, -1, UV_EACCES);
    assert_file(MANIFEST, CONTENT_WHOLE, "series/run.parquet cannot be looked at");
    assert_int_equal(error, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_json),
        TEST(test_json_too_large),
        TEST(test_csv_text),
        TEST(test_csv_reads_only_what_it_needs),
        TEST(test_parquet),
        TEST(test_parquet_footer),
        TEST(test_parquet_reads_only_the_ends),
        TEST(test_marker),
        TEST(test_long_marker),
        TEST(test_any_is_only_looked_at),
        TEST(test_absent),
        TEST(test_a_link_counts_as_its_file),
        TEST(test_not_a_file),
        TEST(test_errors),
        TEST(test_cheap),
        TEST(test_version_depends_on_each_part),
        TEST(test_changing_while_read),
        TEST(test_short_read),
        TEST(test_replaced_while_read),
        TEST(test_manifest_agrees),
        TEST(test_manifest_differs),
        TEST(test_manifest_times_within_two_seconds),
        TEST(test_manifest_in_another_zone),
        TEST(test_manifest_never_leaves_the_case),
        TEST(test_manifest_is_read_again_every_time),
        TEST(test_manifest_partial),
        TEST(test_manifest_unreachable),
    };
    return cmocka_run_group_tests_name("inspect_files", tests, NULL, NULL);
}
