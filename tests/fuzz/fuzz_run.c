/* Runs a fuzz target without a fuzzer: fuzz_run N FILE... gives it every file, then N mutations of them, made from a
 * fixed seed. With a fuzzer (libFuzzer) the target is linked with that instead: see CMakeLists.txt. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    uint8_t *data;
    size_t len;
};

static uint64_t seed = 1;

static uint64_t next(uint64_t below) {
    uint64_t x = seed += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    x ^= x >> 31;
    return below > 0 ? x % below : 0;
}

static void *must(void *memory) {
    if (memory == NULL) abort();
    return memory;
}

static struct input read_input(const char *path) {
    struct input in = {0};
    FILE *f = fopen(path, "rb");
    if (f == NULL || fseek(f, 0, SEEK_END) != 0) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(1);
    }
    long size = ftell(f);
    rewind(f);
    in.data = must(malloc(size > 0 ? (size_t)size : 1));
    in.len = size > 0 ? fread(in.data, 1, (size_t)size, f) : 0;
    fclose(f);
    return in;
}

/* In memory of its exact size, so that a sanitizer sees every byte too many. */
static void run(const uint8_t *data, size_t len) {
    uint8_t *copy = must(malloc(len > 0 ? len : 1));
    memcpy(copy, data, len);
    LLVMFuzzerTestOneInput(copy, len);
    free(copy);
}

/* One change: a bit, a byte, a byte of an edge, a piece taken out, doubled, or of another input, or the end cut off. */
static size_t mutate(uint8_t *data, size_t len, size_t cap, const struct input *other) {
    static const uint8_t edges[] = {0, 1, 0x0F, 0x10, 0x7F, 0x80, 0xFE, 0xFF};
    if (len == 0) return len;
    size_t at = (size_t)next(len), n = 1 + (size_t)next(8);
    switch (next(7)) {
    case 0:
        data[at] ^= (uint8_t)(1U << next(8));
        break;
    case 1:
        data[at] = (uint8_t)next(256);
        break;
    case 2:
        data[at] = edges[next(sizeof edges)];
        break;
    case 3:
        if (n > len - at) n = len - at;
        memmove(data + at, data + at + n, len - at - n);
        return len - n;
    case 4:
        if (n > len - at) n = len - at;
        if (len + n > cap) break;
        memmove(data + at + n, data + at, len - at);
        return len + n;
    case 5:
        if (n > len - at) n = len - at;
        if (n <= other->len) memcpy(data + at, other->data + next(other->len - n + 1), n);
        break;
    default:
        return next(8) == 0 ? at : len;
    }
    return len;
}

int main(int argc, char **argv) {
    size_t n = argc > 2 ? (size_t)argc - 2 : 0, cap = 0;
    if (n == 0) {
        fprintf(stderr, "usage: %s MUTATIONS FILE...\n", argv[0]);
        return 2;
    }
    struct input *inputs = must(calloc(n, sizeof *inputs));
    for (size_t i = 0; i < n; i++) {
        inputs[i] = read_input(argv[i + 2]);
        if (inputs[i].len * 2 + 64 > cap) cap = inputs[i].len * 2 + 64;
        run(inputs[i].data, inputs[i].len);
    }
    uint8_t *scratch = must(malloc(cap));
    long mutations = strtol(argv[1], NULL, 10);
    for (long i = 0; i < mutations; i++) {
        const struct input *from = &inputs[next(n)];
        size_t len = from->len;
        memcpy(scratch, from->data, len);
        for (uint64_t changes = 1 + next(4); changes > 0; changes--) {
            len = mutate(scratch, len, cap, &inputs[next(n)]);
        }
        run(scratch, len);
    }
    printf("%zu inputs, %ld mutations\n", n, mutations);
    for (size_t i = 0; i < n; i++) free(inputs[i].data);
    free(inputs);
    free(scratch);
    return 0;
}
