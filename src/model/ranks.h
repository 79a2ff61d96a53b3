/* ranks: places in an order instead of the values themselves: equal values have one rank, ranks count from 0 without
 * gaps. Sweeps have very many cases and few different values of a parameter, so most of the work is a look into a small
 * table, and whoever sorts by several values can do so by one number.
 *
 * Pure but for memory (abort() when it is out). O(n + different values x their logarithm). */
#ifndef SW_MODEL_RANKS_H
#define SW_MODEL_RANKS_H

#include <stddef.h>
#include <stdint.h>

/* Fills rank[n]; NAN comes before all numbers. Returns how many different ones there are. */
size_t ranks_of(const double v[], size_t n, uint32_t rank[]);

/* rank[n] becomes the ranks of the pairs (rank[i], then[i]), then[i] < n_then. Returns how many different pairs. */
size_t ranks_refine(uint32_t rank[], size_t n, const uint32_t then[], size_t n_then);

#endif
