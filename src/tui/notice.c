#include "tui/notice.h"

#include "model/text.h"
#include "tui/words.h"

#include <stdio.h>

static void look(struct notice *n, const struct table *t) {
    uint64_t total = table_transition_total(t), kept = table_transition_count(t), oldest = total - kept;
    if (total < n->seen) n->seen = 0; /* another list: another table of rows */
    for (uint64_t i = n->seen > oldest ? n->seen : oldest; i < total; i++) {
        const struct transition *x = table_transition(t, (size_t)(i - oldest));
        bool was = !x->first && status_is_problem((enum case_status)x->from);
        if (x->first || was || !status_is_problem((enum case_status)x->to)) continue;
        n->waiting++;
        n->row = x->row;
    }
    n->seen = total;
    bool over = table_over(t) && table_count(t) > 0;
    if (over && !n->over) n->ended = true;
    n->over = over;
}

static void compose(const struct notice *n, const struct table *t, enum language l, char text[NOTICE_TEXT]) {
    char raw[2 * NOTICE_TEXT], number[32], all[32];
    if (n->ended) {
        snprintf(number, sizeof number, "%zu", table_status_count(t, STATUS_COMPLETE));
        snprintf(all, sizeof all, "%zu", table_count(t));
        words_format(l, WORD_NOTICE_OVER, WORDS(number, all), raw, sizeof raw);
    } else if (n->waiting == 1 && n->row < table_count(t)) {
        const struct row *r = table_row(t, n->row);
        words_format(l, WORD_NOTICE_CASE, WORDS(r->title, word_status(l, (enum case_status)r->status)), raw,
                     sizeof raw);
    } else {
        snprintf(number, sizeof number, "%zu", n->waiting);
        words_format(l, WORD_NOTICE_CASES, WORDS(number), raw, sizeof raw);
    }
    text_clean(raw, text, NOTICE_TEXT);
}

bool notice_due(struct notice *n, const struct table *t, enum language l, int64_t now, char text[NOTICE_TEXT]) {
    look(n, t);
    if (n->waiting == 0 && !n->ended) return false;
    if (n->told && now - n->told_at < NOTICE_EVERY_MS) return false;
    compose(n, t, l, text);
    n->waiting = 0;
    n->ended = false;
    n->told = true;
    n->told_at = now;
    return true;
}
