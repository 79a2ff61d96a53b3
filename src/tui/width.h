/* width: how many cells a character takes on a terminal. Pure; libc only.
 *
 * Own tables instead of wcwidth(): the same screen on every system and in every locale, so that it can be tested.
 * Source: Unicode Character Database 14.0.0, EastAsianWidth.txt (W and F are wide, A counts as narrow) and
 * DerivedGeneralCategory.txt (Mn, Me and Cf take no cell, except U+00AD and the prepended marks; so do the
 * Hangul vowels and finals U+1160..U+11FF, which join the syllable before them). Code points not assigned in that
 * version are bridged where both their neighbours agree. */
#ifndef SW_TUI_WIDTH_H
#define SW_TUI_WIDTH_H

#include <stdint.h>

/* 0, 1 or 2 cells. Control characters count 1: they are never drawn as themselves. */
int width_of(uint32_t cp);

#endif
