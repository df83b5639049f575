/* The table of operations: OPERATIONS(X) calls X(name, reads, makes, writes, numbers, rows) for each.

   reads, writes: a letter for each operand:
     e  float32 of any shape, one shape for all e of an operation
     b  float32 (n, m), a row for each sample
     c  float32 (m,), a number for each column
     r  float32 (n,) or (n, 1), a number for each row
     k  booleans, of the shape of e
     i  int64 (n,), a column for each row
     j  int64 (n,), the flat index of an element for each row
     p  int64 (places,), a row of b for each
     q  int64 (places,), a row of t for each
     t  float32 (targets, m)
     u  float32, of the shape of e with its last two axes swapped
     s  one float32
     g  a bit generator of NumPy
   makes: MAKES if what is written is made from what is read, CHANGES if it is read as well.
   numbers: how many scalars it takes.
   rows: BY_ROWS if some rows can be computed without the others, up to sums that go on; WHOLE if all are needed.

   Those with p or u are functions, and no rows of programs.

   What each computes stands beside its kernel. */
#ifndef MINNET_FAST_OPERATIONS_H
#define MINNET_FAST_OPERATIONS_H

#define OPERATIONS(X)                                                                                                  \
    X(add_row, "bc", MAKES, "b", 0, BY_ROWS)                                                                           \
    X(scale_row, "bc", MAKES, "b", 0, BY_ROWS)                                                                         \
    X(scale_shift_row, "bcc", MAKES, "b", 0, BY_ROWS)                                                                  \
    X(multiply, "ee", MAKES, "e", 0, BY_ROWS)                                                                          \
    X(column_sums, "b", MAKES, "c", 0, BY_ROWS)                                                                        \
    X(column_dots, "bb", MAKES, "c", 0, BY_ROWS)                                                                       \
    X(relu, "e", MAKES, "e", 0, BY_ROWS)                                                                               \
    X(relu_back, "ee", MAKES, "e", 0, BY_ROWS)                                                                         \
    X(leaky_relu, "e", MAKES, "e", 1, BY_ROWS)                                                                         \
    X(leaky_relu_back, "ee", MAKES, "e", 1, BY_ROWS)                                                                   \
    X(elu, "e", MAKES, "e", 1, BY_ROWS)                                                                                \
    X(elu_back, "ee", MAKES, "e", 1, BY_ROWS)                                                                          \
    X(soft_plus, "e", MAKES, "e", 0, BY_ROWS)                                                                          \
    X(soft_plus_back, "eee", MAKES, "e", 0, BY_ROWS)                                                                   \
    X(sigmoid, "e", MAKES, "e", 0, BY_ROWS)                                                                            \
    X(sigmoid_back, "ee", MAKES, "e", 0, BY_ROWS)                                                                      \
    X(silu_back, "eee", MAKES, "e", 0, BY_ROWS)                                                                        \
    X(gelu, "e", MAKES, "e", 1, BY_ROWS)                                                                               \
    X(gelu_with_slope, "e", MAKES, "ee", 1, BY_ROWS)                                                                   \
    X(soft_max, "b", MAKES, "b", 0, BY_ROWS)                                                                           \
    X(soft_max_back, "bb", MAKES, "b", 0, BY_ROWS)                                                                     \
    X(log_soft_max, "b", MAKES, "bbr", 0, BY_ROWS)                                                                     \
    X(log_soft_max_back, "brb", MAKES, "b", 0, BY_ROWS)                                                                \
    X(row_norm, "b", MAKES, "br", 1, BY_ROWS)                                                                          \
    X(row_norm_back, "bbr", MAKES, "b", 0, BY_ROWS)                                                                    \
    X(scale_shift, "e", MAKES, "e", 2, BY_ROWS)                                                                        \
    X(clip, "e", MAKES, "e", 2, BY_ROWS)                                                                               \
    X(keep_between, "ee", MAKES, "e", 2, BY_ROWS)                                                                      \
    X(keep_beyond, "ee", MAKES, "e", 2, BY_ROWS)                                                                       \
    X(threshold, "e", MAKES, "e", 2, BY_ROWS)                                                                          \
    X(soft_shrink, "e", MAKES, "e", 1, BY_ROWS)                                                                        \
    X(hard_sigmoid, "e", MAKES, "e", 0, BY_ROWS)                                                                       \
    X(hard_sigmoid_back, "ee", MAKES, "e", 0, BY_ROWS)                                                                 \
    X(hard_swish, "e", MAKES, "e", 0, BY_ROWS)                                                                         \
    X(hard_swish_back, "ee", MAKES, "e", 0, BY_ROWS)                                                                   \
    X(scaled_elu, "e", MAKES, "e", 3, BY_ROWS)                                                                         \
    X(scaled_elu_back, "ee", MAKES, "e", 3, BY_ROWS)                                                                   \
    X(silu, "e", MAKES, "e", 0, BY_ROWS)                                                                               \
    X(silu_gradient, "ee", MAKES, "e", 0, BY_ROWS)                                                                     \
    X(log_sigmoid, "e", MAKES, "e", 0, BY_ROWS)                                                                        \
    X(log_sigmoid_back, "ee", MAKES, "e", 0, BY_ROWS)                                                                  \
    X(mish, "e", MAKES, "e", 0, BY_ROWS)                                                                               \
    X(mish_back, "ee", MAKES, "e", 0, BY_ROWS)                                                                         \
    X(batch_norm, "b", MAKES, "bccc", 1, WHOLE)                                                                        \
    X(batch_norm_back, "bbc", MAKES, "b", 0, WHOLE)                                                                    \
    X(draw_keep, "ge", MAKES, "k", 1, WHOLE)                                                                           \
    X(drop, "ek", MAKES, "e", 1, BY_ROWS)                                                                              \
    X(scaled_mask, "k", MAKES, "e", 1, BY_ROWS)                                                                        \
    X(nll, "bi", MAKES, "sj", 0, WHOLE)                                                                                \
    X(nll_back, "jb", MAKES, "b", 0, WHOLE)                                                                            \
    X(log_soft_max_nll_back, "brj", MAKES, "b", 0, WHOLE)                                                              \
    X(weighted_nll, "bb", MAKES, "s", 0, WHOLE)                                                                        \
    X(weighted_nll_back, "b", MAKES, "b", 0, WHOLE)                                                                    \
    X(squared_error, "ee", MAKES, "s", 0, WHOLE)                                                                       \
    X(mse, "ee", MAKES, "es", 0, WHOLE)                                                                                \
    X(huber_error, "ee", MAKES, "s", 1, WHOLE)                                                                         \
    X(huber_back, "ee", MAKES, "e", 2, BY_ROWS)                                                                        \
    X(cross_entropy, "bi", MAKES, "s", 0, WHOLE)                                                                       \
    X(cross_entropy_back, "bi", MAKES, "b", 0, WHOLE)                                                                  \
    X(add_rows, "bpq", CHANGES, "t", 0, WHOLE)                                                                         \
    X(transposed, "e", MAKES, "u", 0, WHOLE)                                                                           \
    X(sgd, "e", CHANGES, "e", 2, BY_ROWS)                                                                              \
    X(sgd_momentum, "e", CHANGES, "ee", 4, BY_ROWS)                                                                    \
    X(adam, "e", CHANGES, "eee", 6, BY_ROWS)                                                                           \
    X(rmsprop, "e", CHANGES, "ee", 4, BY_ROWS)                                                                         \
    X(adagrad, "e", CHANGES, "ee", 3, BY_ROWS)                                                                         \
    X(adadelta, "e", CHANGES, "eee", 4, BY_ROWS)                                                                       \
    X(adamax, "e", CHANGES, "eee", 5, BY_ROWS)                                                                         \
    X(nadam, "e", CHANGES, "eee", 7, BY_ROWS)                                                                          \
    X(lion, "e", CHANGES, "ee", 4, BY_ROWS)                                                                            \
    X(rprop, "e", CHANGES, "eee", 4, BY_ROWS)

#define NUMBER_OF(name, reads, makes, writes, numbers, rows) OP_##name,
enum { OPERATIONS(NUMBER_OF) OPERATION_COUNT };
#undef NUMBER_OF

enum { CHANGES, MAKES };
enum { BY_ROWS, WHOLE };

typedef struct {
    const char *name;
    const char *letters; /* of what is read, then of what is written */
    int reads, operands; /* how many there are of the former, and of both */
    int makes, numbers, whole;
} Operation;

extern const Operation operations[OPERATION_COUNT];

#endif
