/* language: in which language a person is spoken to. Pure. */
#ifndef SW_MODEL_LANGUAGE_H
#define SW_MODEL_LANGUAGE_H

/* Also the order of the columns of reason.def and tui/words.def. */
enum language { LANGUAGE_ENGLISH, LANGUAGE_JAPANESE, LANGUAGE_COUNT };

#endif
