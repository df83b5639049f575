/* Kernels of dropout; what is kept is drawn bit for bit as minnet_core.nn.keep_mask does. */

enum { WORDS = 512 };

/* keep = 0 with probability p, 1 otherwise.

   The second operand has the shape, and is not read. An integer of 8, 16 or 32 bits for each element is compared to p
   times how many there are: the fewest bits with which that is a whole number, else 32. They are cut from the words
   that the generator gives, in the machine's order. */
KERNEL(draw_keep) {
    bitgen_t *generator = b->at[0];
    uint8_t *keep = b->at[2];
    const double p = b->number[0];
    const int bits = p * 256 == floor(p * 256) ? 8 : p * 65536 == floor(p * 65536) ? 16 : 32;
    const uint64_t bound = (uint64_t)rint(ldexp(p, bits));
    const int none = bound >> bits != 0; /* no number of so many bits is as large */
    const uint32_t low = (uint32_t)bound;
    const Size most = WORDS * (64 / bits);
    uint64_t words[WORDS];
    for (Size n = elements(b); n > 0; n -= most, keep += most) {
        const Size count = n < most ? n : most, drawn = (count * bits + 63) / 64;
        for (Size i = 0; i < drawn; i++) words[i] = generator->next_uint64(generator->state);
        if (none) {
            memset(keep, 0, (size_t)count);
        } else if (bits == 8) {
            const uint8_t *number = (const uint8_t *)words;
            FOR_EACH(i, count) keep[i] = number[i] >= low;
        } else if (bits == 16) {
            uint16_t number[4 * WORDS];
            memcpy(number, words, (size_t)drawn * sizeof *words);
            FOR_EACH(i, count) keep[i] = number[i] >= low;
        } else {
            uint32_t number[2 * WORDS];
            memcpy(number, words, (size_t)drawn * sizeof *words);
            FOR_EACH(i, count) keep[i] = number[i] >= low;
        }
    }
}

/* y = scale x where it is kept, 0 elsewhere */
KERNEL(drop) {
    const float *x = b->at[0];
    const uint8_t *keep = b->at[1];
    float *y = b->at[2];
    const Size n = elements(b);
    const float scale = (float)b->number[0];
    FOR_EACH(i, n) y[i] = x[i] * (keep[i] ? scale : 0);
}

/* mask = scale where it is kept, 0 elsewhere */
KERNEL(scaled_mask) {
    const uint8_t *keep = b->at[0];
    float *mask = b->at[1];
    const Size n = elements(b);
    const float scale = (float)b->number[0];
    FOR_EACH(i, n) mask[i] = keep[i] ? scale : 0;
}
