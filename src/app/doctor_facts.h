/* doctor_facts: looks at the machine, the settings and the directories, for doctor_judge. Blocking; what hangs is left
 * behind after a while. */
#ifndef SW_APP_DOCTOR_FACTS_H
#define SW_APP_DOCTOR_FACTS_H

#include "app/doctor.h"
#include "app/options.h"

/* p: must live as long. The facts, with their strings, live until the program ends. *hung: a thread hangs in the file
 * system, and the program must leave with _Exit. */
const struct doctor_facts *doctor_gather(const struct options *o, const struct profile *p, bool *hung);

#endif
