#include "app/away.h"

bool away_note(struct away *a, int64_t at, int64_t awake, int64_t elapsed, struct fact *out) {
    bool known = awake >= 0 && elapsed >= 0, first = !a->any;
    int64_t slept = known ? elapsed - awake : -1;
    bool was_asleep = known && a->slept >= 0 && slept - a->slept >= AWAY_SLEPT_MS;
    bool stood_still = at - a->at >= AWAY_GAP_MS;
    int64_t sleep = was_asleep ? slept - a->slept : 0, from = stood_still ? a->at : at;
    a->any = true;
    a->at = at;
    a->slept = slept;
    if (first || (!stood_still && !was_asleep)) return false;
    a->told = (struct fact_away){.total = a->told.total + (at - from), .from = from, .until = at, .slept = sleep};
    *out = (struct fact){.kind = FACT_AWAY, .root = ROOT_BATCH, .at = at, .u.away = a->told};
    return true;
}
