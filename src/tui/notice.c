#include "tui/notice.h"

#include "model/text.h"
#include "tui/words.h"

#include <stdio.h>
#include <string.h>

static void look_at(struct notice *n, const struct fleet *f, size_t batch) {
    const struct table *t = f->table[batch];
    uint64_t total = table_transition_total(t), kept = table_transition_count(t), oldest = total - kept;
    uint64_t *seen = &n->seen[batch];
    if (total < *seen) *seen = 0; /* another list: another table of rows */
    for (uint64_t i = *seen > oldest ? *seen : oldest; i < total; i++) {
        const struct transition *x = table_transition(t, (size_t)(i - oldest));
        bool was = !x->first && status_is_problem((enum case_status)x->from);
        if (x->first || was || !status_is_problem((enum case_status)x->to)) continue;
        n->waiting++;
        n->batch = batch;
        n->row = x->row;
    }
    *seen = total;
}

static void look(struct notice *n, const struct fleet *f) {
    for (size_t b = 0; b < f->n; b++) look_at(n, f, b);
    bool over = fleet_over(f) && fleet_count(f) > 0;
    if (over && !n->over) n->ended = true;
    n->over = over;
}

static void compose(const struct notice *n, const struct fleet *f, enum language l, char text[NOTICE_TEXT]) {
    char raw[2 * NOTICE_TEXT], number[32], all[32];
    const struct table *t = f->table[n->batch];
    if (n->ended) {
        snprintf(number, sizeof number, "%zu", fleet_status_count(f, STATUS_COMPLETE));
        snprintf(all, sizeof all, "%zu", fleet_count(f));
        words_format(l, WORD_NOTICE_OVER, WORDS(number, all), raw, sizeof raw);
    } else if (n->waiting == 1 && n->row < table_count(t)) {
        const struct row *r = table_row(t, n->row);
        words_format(l, WORD_NOTICE_CASE, WORDS(r->title, word_status(l, (enum case_status)r->status)), raw,
                     sizeof raw);
        size_t len = strlen(raw);
        if (f->n > 1) snprintf(raw + len, sizeof raw - len, " (%zu %s)", n->batch + 1, fleet_short_name(f, n->batch));
    } else {
        snprintf(number, sizeof number, "%zu", n->waiting);
        words_format(l, WORD_NOTICE_CASES, WORDS(number), raw, sizeof raw);
    }
    text_clean(raw, text, NOTICE_TEXT);
}

bool notice_due(struct notice *n, const struct fleet *f, enum language l, int64_t now, char text[NOTICE_TEXT]) {
    look(n, f);
    if (n->waiting == 0 && !n->ended) return false;
    if (n->told && now - n->told_at < NOTICE_EVERY_MS) return false;
    compose(n, f, l, text);
    n->waiting = 0;
    n->ended = false;
    n->told = true;
    n->told_at = now;
    return true;
}
