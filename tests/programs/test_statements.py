# ruff: noqa - each program has the form that it is about
"""Do statements do what Python's do? assert, raise, try, with, match, print, and what aliases them.

PYTEST_DONT_REWRITE: the programs' own asserts raise what they raise.
"""

import contextlib

import numpy as np
from program import Table

program = Table()
A = np.linspace(-1.0, 2.0, 6)
B = np.arange(12.0).reshape(3, 4)


@program((A, 2.0), (A, -2.0))
def an_assert(a, x):
    assert x > 0
    return a * x


@program((A, 2.0), (A, -2.0))
def an_assert_with_a_message(a, x):
    assert x > 0, "x is not positive"
    return a * x


@program((A, 2.0), (A, -2.0))
def an_assert_with_a_computed_message(a, x):
    assert x > 0, f"x is {x}"
    return a * x


@program((A, A), (A, A[:2]))
def an_assert_of_shapes(a, b):
    assert a.shape == b.shape, "shapes differ"
    return a * b


@program((A, 2.0), (A, -2.0))
def a_raise(a, x):
    if x < 0:
        raise ValueError("x is negative")
    return a * x


@program((A, 2), (A, -2))
def a_raise_with_a_number(a, k):
    if k < 0:
        raise IndexError(f"{k} is negative")
    return a * k


@program((A, 2.5), (A, -2.5))
def a_raise_with_a_float(a, x):
    if x < 0:
        raise ValueError(f"{x} is negative")
    return a * x


@program((A, 2.0), (A, -2.0))
def a_raise_without_a_message(a, x):
    if x < 0:
        raise ValueError
    return a * x


@program((A, 2.0), (A, -2.0))
def a_raise_with_two_arguments(a, x):
    if x < 0:
        raise ValueError("negative", 1)
    return a * x


@program((A, 2.0), (A, -2.0))
def a_raise_in_an_else(a, x):
    if x > 0:
        r = a * x
    else:
        raise ValueError("not positive")
    return r


@program((A, 2.0), (A, -2.0))
def a_raise_after_statements(a, x):
    if x < 0:
        y = x * 2
        raise ValueError("not positive")
    else:
        y = x
    return a * y


@program((A,))
def a_raise_in_a_loop(a):
    for k in range(len(a)):
        if a[k] > 1.0:
            raise ValueError("too large")
    return a


@program((A,))
def a_store_before_a_raise(a):
    a[0] = 7.0
    for k in range(len(a)):
        if a[k] > 1.0:
            raise ValueError("too large")
        a[k] = 0.0


@program((3,), (-1,), status="")
def always_raises(x):
    raise NotImplementedError("later")


@program((A, 1.0), (A, 0.0), status="")
def a_try(a, x):
    try:
        y = 1 / x
    except ZeroDivisionError:
        y = 0.0
    return a * y


@program((A,), status="")
def a_finally(a):
    try:
        b = a * 2
    finally:
        a[0] = 1.0
    return b


@program((A,), status="")
def a_with(a):
    with contextlib.suppress(ValueError):
        a = a * 2
    return a + 1


@program((A,))
def errors_ignored(a):
    with np.errstate(divide="ignore", invalid="ignore"):
        b = np.log(a)
    return b


@program((A, 1), (A, 2), (A, 3))
def a_match(a, k):
    match k:
        case 1:
            r = a
        case 2:
            r = a * 2
        case _:
            r = -a
    return r


@program((A, "x"), (A, "y"))
def a_match_of_strings(a, kind):
    match kind:
        case "x":
            return a.sum()
        case other:
            return a.max()


@program((A,), status="")
def a_print(a):
    b = a * 2 + 1
    print(b.sum())
    return b * 3


@program((A,), status="")
def a_string(a):
    b = a * 2 + 1
    return f"{b.sum():.3f}"


@program((3,), status="")
def a_generator(n):
    return list(k * k for k in range(n))


@program((A,))
def a_view_is_returned(a):
    return a[1:], a.T, a[::-1], a.reshape(2, 3)


@program((A,))
def a_store_through_a_view(a):
    b = a[1:]
    b += 1
    b[0] = 5.0


@program((A,))
def the_right_side_first(a):
    a[1:] = a[:-1] + 1


@program((np.arange(5),), (np.arange(4.0),), status="")
def vectors_of_unequal_strides(a):
    a[::2] = a[: len(a[::2])]  # NumPy copies these in place
    return a


@program((np.arange(16.0).reshape(4, 4),), status="")
def a_column_as_a_row(a):
    a[1] = a[:, 0]
    a[:, 2] = a[3]
    return a


@program((A,))
def the_right_side_first_reversed(a):
    a[:] = a[::-1]


@program((A,))
def an_augmented_store_overlaps(a):
    a[1:] += a[:-1]


@program((B,))
def an_element(b):
    return b[1, 2], b[-1, -1], b[1][2]


@program((B, 1), (B, -1), (B, 3), (B, -4))
def an_index(b, k):
    return b[k]


@program((B, 1), (B, -1), (B, 3), (B, -4))
def a_store_at_an_index(b, k):
    b[k, 0] = 7.0


@program((B, 1, 3), (B, 0, 99), (B, -2, 9), (B, 5, 2))
def a_slice(b, low, high):
    return b[low:high]


@program((A, 2), (A, -1))
def a_slice_with_a_step(a, step):
    return a[::step]


@program((A,))
def an_ellipsis(a):
    return a[..., None], a[...]


@program((B,))
def a_mask(b):
    return b[b > 4.0]


@program((B,))
def a_store_through_a_mask(b):
    b[b > 4.0] = 0.0
    b[b == 0.0] += 1.0


@program((A, np.array([0, 2, -1])))
def integers_as_an_index(a, index):
    return a[index]


@program((A, np.array([0, 2, 2])))
def repeated_indices_count_once(a, index):
    a[index] += 1.0


@program((B, np.array([0, 2])))
def mixed_indices(b, index):
    return b[index, 1:], b[1:, index], b[index, 1]


@program((A,))
def statements_on_one_line(a):
    b = a + 1
    c = b * 2  # noqa: E702
    return c


@program((A,))
def nothing(a):
    pass


@program((A,))
def an_expression_without_effect(a):
    a + 1
    a.sum()
    return a


@program((A,), (A[:0],), status="")
def the_truth_of_an_array(a):
    if a:
        return 1
    return 0


@program((A,), (A[:0],))
def the_length_as_a_condition(a):
    if len(a):
        return a[0]
    return 0.0


@program((A, 2.0), (A, 0.5))
def a_choice_of_arrays(a, s):
    b = a * 2 if s > 1 else np.sqrt(np.abs(a))
    b[0] = 7.0
    return b, a


@program((A, 2.0), (A, 0.5))
def a_choice_that_is_the_result(a, s):
    return a + s if s > 1 else a


@program((A, 2.0), (A, 0.5), (A, -3.0))
def a_choice_within_a_choice(a, s):
    b = a * 2 if s > 1 else a[::-1] + 1 if s > 0 else np.zeros(len(a))
    return b.sum(), b


@program((A, 2.0, 1), (A, 0.5, 3))
def a_choice_that_is_added(a, s, n):
    total = np.zeros(len(a))
    for k in range(n):
        total += a * k if s > 1 else a - k
        s *= 2
    total[1:] = a[1:] if n > 1 else a[:-1]
    return total


@program((A, 2.0), (A, 0.5), status="")
def a_choice_of_types(a, s):
    b = a if s > 1 else 3
    return b * 2


@program((A, 2.0), (A, 0.5))
def a_choice_in_a_helper(a, s):
    def scaled(x, by):
        return x * by if by > 1 else x / by

    return scaled(a, s) + scaled(a, 3.0)


@program((A, 0.5), (A, 3.0))
def a_choice_of_which_a_test_raises(a, s):
    b = a * 2 if 1 / (s - 3.0) < 0 else a
    return b


@program((np.arange(3), (2, 1, 0)), (np.arange(3.0), (2, 1, 0.5)), (np.array([1, 2, 300]), (1, -1, 300)))
def a_comparison_with_a_tuple(a, t):
    return t == a, a < [1, 2, 3], (1.5, 2, 3) != a, (a >= t).all()


@program((A,))
def not_in(a):
    return a.ndim not in (2, 3), a.dtype in (np.float32, np.float64)


test_program = program.test()
