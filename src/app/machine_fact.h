/* machine_fact: how busy the machine is, as a fact of the machine that watches. */
#ifndef SW_APP_MACHINE_FACT_H
#define SW_APP_MACHINE_FACT_H

#include "model/fact.h"
#include "platform/machine.h"

enum { MACHINE_EVERY_MS = 5000, MACHINE_REST_MS = 10000 };

struct fact machine_fact(const struct machine *m, int64_t at);

#endif
