# ruff: noqa - each program has the form that it is about
"""Are dictionaries that are read, keyword arguments that are handed on and items of lists what Python's are?"""

import warnings

import numpy as np
from program import Table

program = Table()
A = np.linspace(0.5, 2.0, 6)
M = A.reshape(2, 3)
CONFIG = {"scale": 2.0}


def inner(a, *, s=1.0, shift=0.0):
    return a * s + shift


def outer(a, **options):
    if options.get("s", 1.0) > 5:
        return a
    return inner(a, **options)


@program((A,))
def keyword_arguments_handed_on(a):
    return outer(a, s=2.0) + outer(a, s=9.0) + outer(a) + inner(a, **{"shift": 1.0, **dict(s=0.5)})


@program((A,))
def a_dictionary_of_constants(a):
    w = {"left": 0.25, "right": 0.75, 3: a[0]}
    return a * w["left"] + w["right"] + w[3] + len(w)


@program((A,))
def a_dictionary_is_walked(a):
    d = {"x": a, "y": a * 2}
    t = 0.0
    for k, v in d.items():
        if k == "y":
            t += v.sum()
    for k in d:
        t += d[k][0]
    return t + sum(v[1] for v in d.values())


@program((A,))
def a_dictionary_is_asked(a):
    d = {"x": 1, "y": None}
    if "x" in d and "z" not in d and d.get("z") is None and d.get("q", 4) == 4 and d:
        a = a + d["x"]
    return a


@program((A,), status="")
def a_key_that_is_missing(a):
    d = {"x": 1}
    return a + d["z"]


@program((A,), status="")
def a_dictionary_that_is_stored_to(a):
    d = {"x": 1}
    d["y"] = a[0]
    d["x"] += 1
    return a + d["x"] + d["y"]


@program((A,), status="")
def a_dictionary_that_is_updated(a):
    d = {"x": 1}
    e = d
    e.update(x=5)
    return a + d["x"]


@program((A,), status="")
def a_dictionary_is_returned(a):
    return {"x": a, "y": a.sum()}


@program((A, "lin"), (A, "sq"))
def a_dictionary_of_functions(a, how):
    table = {"lin": lambda x: x + 1, "sq": np.square}
    return table[how](a)


@program((A,))
def values_of_a_dictionary_are_computed_where_it_stands(a):
    d = {"first": a[0] * 2, "all": a}
    a[0] = 7.0
    return d["first"], d["all"].sum()


@program((A,), (M,), (A[::2],), (np.asfortranarray(M),), status="")
def asarray_in_c_order(a):
    b = np.asarray(a, order="C")
    b[0] = 5
    return b.sum()


@program((M, 0), (M, 1), (A, 0))
def a_tuple_of_slices_by_way_of_a_list(a, axis):
    first = [slice(None)] * a.ndim
    last = list(first)
    first[axis] = slice(1, None)
    last[axis] = slice(None, -1)
    return a[tuple(first)] - a[tuple(last)]


@program((A,), status="")
def items_of_a_list_are_replaced(a):
    l = [a[0], 2.0, 3]
    l[1] = a[1]
    l[-1] = l[0] + 1
    for k in range(3):
        l[k] = l[k] * 2
    return np.array(l)


@program((A,), status="")
def items_of_a_list_with_two_names(a):
    l = [1.0, 2.0]
    m = l
    l[0] = a[0]
    return m[0] + l[0]


@program((A, 1.0), (A, 9.0), status="")
def an_item_is_replaced_in_a_branch(a, x):
    l = [1.0, 2.0]
    if a[0] < x:
        l[0] = 7.0
    return a * l[0]


@program((A, 2), status="")
def an_item_that_is_computed(a, n):
    l = [1.0, 2.0, 3.0]
    for i in range(n):
        l[i] = a[i]
    return np.array(l)


@program((A,), (A[:0],), (np.array([np.nan, 1.0]),))
def python_folds_of_an_array(a):
    return max(a), min(a), sum(a), sum(a, 1.5)


@program((M,), status="")
def python_sum_of_rows(m):
    return sum(m)


@program((A, 2.0), (A, -1.0), (2.0, 3.0), (A, 2))
def builtin_pow(a, x):
    return pow(a, x)


@program((A, 1.0), (A, 9.0), (A, 0.0))
def a_warning_in_a_branch(a, x):
    b = a * 2
    if b.sum() < x:
        warnings.warn("small")
    return b


@program((A,), status="")
def a_warning(a):
    warnings.warn("always")
    return a * 2


@program((A,))
def a_dictionary_of_the_module(a):
    return a * CONFIG["scale"] + CONFIG.get("shift", 1.0) + ("scale" in CONFIG)


@program((A, "Sum"), (A, "MAX"))
def methods_of_text(a, how):
    if how.lower() == "sum":
        return a.sum()
    return a.max() if how.lower().startswith("m") else a


@program((A, 1.0), (A, 0.0), (M, 9.0))
def truths_of_known_items(a, x):
    return all([a[0].sum() > x, x > 0.5]), any((x > 5, a.ndim == 3)), all([]), any([]), all(n > 1 for n in a.shape)


@program((M,))
def a_library_call_with_a_dtype(a):
    return np.cumsum(a, axis=0, dtype=np.result_type(a, np.float64)) + np.sort(a.astype(a.dtype))


test_program = program.test()
