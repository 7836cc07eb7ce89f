# ruff: noqa - each program has the form that it is about
"""Do names hold what Python's hold? Tuples, branches, types that change, del, walrus, attributes of objects."""

from collections import namedtuple
from dataclasses import dataclass

import numpy as np
from program import Table

program = Table()
A = np.linspace(-1.0, 2.0, 6)
B = np.arange(12.0).reshape(3, 4)
Pair = namedtuple("Pair", "left right")


@program((2.0, B[:1]), (3, B[:, :1].copy()), (np.uint64(7), B[:1].astype(np.uint64)), (np.float32(0.5), B))
def an_argument_called_underscore(_, a):
    return a * _ + a.sum()


@dataclass
class State:
    u: np.ndarray
    dt: float = 0.5
    steps: int = 3


@dataclass(frozen=True)
class Fixed:
    u: np.ndarray
    dt: float


class Plain:
    def __init__(self, u):
        self.u = u
        self.count = 0

    def __eq__(self, other):
        return np.array_equal(self.u, other.u) and self.count == other.count

    def step(self, dt):
        self.u = self.u + dt * np.sin(self.u)
        self.count += 1
        return self.u.sum()


@program((A,))
def chained_assignment(a):
    x = y = a + 1
    x += 1
    return x, y


@program((A, 3.0))
def swap(a, b):
    a, b = b, a
    return a, b


@program((A,))
def nested_unpacking(a):
    (x, y), z = (a, a + 1), a + 2
    return x + y * z


@program((A,))
def starred_unpacking(a):
    first, *rest = (a, a + 1, a + 2)
    return first + rest[0] * rest[1]


@program((A[:3],))
def unpacking_an_array(a):
    x, y, z = a
    return x + y * z


@program((B,))
def unpacking_a_shape(b):
    n, m = b.shape
    return b.reshape(m, n)


@program((A,))
def a_list_of_arrays(a):
    parts = [a, a * 2, a * 3]
    return parts[0] + parts[-1]


@program((A,))
def a_list_that_grows(a):
    parts = []
    parts.append(a)
    parts.append(a * 2)
    return parts[0] + parts[1], len(parts)


@program((A,), status="")
def a_list_that_grows_in_a_loop(a):
    parts = []
    for k in range(3):
        parts.append(a * k)
    return np.array(parts)


@program((A,), status="")
def items_of_a_list_are_bound(a):
    parts = [a, a]
    parts[0] = a * 2
    return parts[0] + parts[1]


@program((A,), status="")
def a_dictionary(a):
    parts = {"x": a, "y": a * 2}
    return parts["x"] + parts["y"]


@program((A, 3), (A, 0), status="")
def a_comprehension_over_a_range(a, n):
    return [a[0] * k for k in range(n)]


@program((A,))
def a_comprehension_over_a_known_range(a):
    return sum([a * k for k in range(3)])


@program((A,))
def a_comprehension_over_an_array(a):
    return np.array([x * x for x in a])


@program((A,))
def a_comprehension_over_indices(a):
    return np.array([a[k] + a[-k] for k in range(len(a))])


@program((B,))
def a_comprehension_over_rows(b):
    return np.array([row.sum() for row in b])


@program((B,))
def a_comprehension_that_gives_rows(b):
    return np.array([row * 2 for row in b])


@program((A,), status="")
def a_comprehension_with_a_condition(a):
    return np.array([x for x in a if x > 0])


@program((B,))
def a_nested_comprehension(b):
    return np.array([[b[i, j] * 2 for j in range(b.shape[1])] for i in range(b.shape[0])])


@program((A,))
def a_comprehension_with_two_loops(a):
    return sum(x * y for x in (1.0, 2.0) for y in (a, a + 1))


@program((A,), (A[:0],))
def a_sum_of_a_generator(a):
    return sum(x * x for x in a)


@program((A,))
def a_maximum_of_a_generator(a):
    return max(x * x for x in a)


@program((A,))
def any_and_all_of_a_generator(a):
    return any(x > 1.5 for x in a), all(x > 1.5 for x in a)


@program((A,))
def a_comprehension_over_zip(a):
    return np.array([x * y for x, y in zip(a, a[::-1])])


@program((A,))
def a_comprehension_over_enumerate(a):
    return np.array([k * x for k, x in enumerate(a)])


@program((A,), status="")
def a_set(a):
    return a * len({1, 2})


@program((3.0,), (-3.0,))
def a_name_of_both_branches(x):
    if x > 0:
        y = x * 2
    else:
        y = -x
    return y


@program((3.0,), (-3.0,))
def a_name_of_one_branch(x):
    if x > 0:
        y = 2.0
    return y


@program((3.0,), (-3.0,))
def a_name_of_one_branch_used_in_it(x):
    r = 0.0
    if x > 0:
        y = x * 2
        r = y + 1
    return r


@program((A, True), (A, False))
def an_array_of_one_branch(a, flag):
    if flag:
        a = a * 2
    return a + 1


@program((A,))
def an_integer_becomes_an_array(a):
    x = 0
    x = x + a
    return x


@program((A, 3), status="")
def an_integer_becomes_an_array_in_a_loop(a, n):
    x = 0
    for k in range(n):
        x = x + a * k
    return x


@program((A, 3), (A, 0))
def an_integer_becomes_a_float_in_a_loop(a, n):
    x = 0
    for k in range(n):
        x = x + a[k]
    return x


@program((5, 2.0), (5, -2.0), status="")
def an_integer_becomes_a_float_in_a_branch(k, x):
    if x > 0:
        k = k * x
    return k


@program((5, 2.0, True), (5, 2.0, False))
def an_integer_becomes_a_float_in_a_nested_branch(n, x, flag):
    r = 0
    for k in range(n):
        if k > 2:
            if flag:
                r = r + x
    return r


@program((A,))
def a_vector_becomes_a_matrix(a):
    a = a[:, None]
    a = a * a.T
    return a


@program((A,))
def deleted(a):
    b = a * 2
    del b
    return a


@program((A,))
def two_names_deleted(a):
    b = a * 2
    c = b + 1
    del b, c
    return a


@program((A,), status="")
def a_deleted_name_is_used(a):
    b = a * 2
    del b
    return b


@program((A,))
def a_walrus(a):
    return (n := len(a)) + n * 2


@program((A,))
def a_walrus_in_a_condition(a):
    if (s := a.sum()) > 0:
        return s
    return -s


@program((A,))
def an_annotated_name(a):
    x: np.ndarray = a * 2
    y: float
    return x


@program((Pair(A, 2.0),))
def a_namedtuple(p):
    return p.left * p.right


@program((Pair(A, A + 1),))
def a_namedtuple_unpacked(p):
    left, right = p
    return left + right * p[0]


@program((A,), status="")
def a_namedtuple_made(a):
    p = Pair(a, a * 2)
    return p.left + p.right


@program(((A, A + 1),))
def a_tuple_of_arrays(parts):
    x, y = parts
    return x * y + parts[0]


@program(([A, A + 1],), status="")
def a_list_of_arrays_as_an_argument(parts):
    return parts[0] + parts[1]


@program(((A.copy(), A + 1),), status="")
def a_store_into_a_tuple_of_arrays(parts):
    parts[0][1:] += parts[1][:-1]


@program(([1.0, 2.0, 3.0],), status="")
def a_list_of_numbers(numbers):
    return np.array(numbers) * 2


@program((State(A.copy()),))
def a_dataclass(s):
    return s.u * s.dt + s.steps


@program((State(A.copy()),))
def a_loop_over_a_dataclass_array(s):
    for k in range(s.steps):
        s.u[1:-1] += s.dt * (s.u[2:] - 2 * s.u[1:-1] + s.u[:-2])
    return s.u.sum()


@program((State(A.copy()),), status="")
def an_attribute_is_written(s):
    s.u = s.u * 2
    s.steps += 1
    return s.u + s.steps


@program((Fixed(A, 0.25),))
def a_frozen_dataclass(s):
    return s.u * s.dt


@program((Plain(A.copy()), 0.1), status="")
def an_object_with_an_array(p, dt):
    return p.u * dt + p.count


@program((Plain(A.copy()), 0.1), status="")
def a_method_called(p, dt):
    return p.step(dt) + p.step(dt)


program((Plain(A.copy()), 0.1), status="none")(Plain.step)


@program((Pair(A, 2.0),), status="")
def a_namedtuple_returned(p):
    return p, p.left * 2


@program((Pair(A, 2.0),), status="")
def a_namedtuple_in_a_tuple(p):
    q = (p, p.left * 2)
    return q[0]


@program((State(A.copy()),), status="")
def a_dataclass_returned(s):
    s.u[0] = 5.0
    return s if s.steps < 0 else s.u


@program((State(A[::2]),), status="")
def a_strided_array_of_a_dataclass(s):
    s.u[1:] += 1.0
    return s.u.sum()


@program((State(A.copy()), A.copy()), status="")
def a_dataclass_beside_an_array(s, a):
    s.u[1:] += a[:-1]
    return s.dt * s.steps


@program((State(A.copy()),), (State(A.copy(), 1),), (State(A.astype(np.float32)),))
def dataclasses_of_other_types(s):
    return s.u * s.dt


@program((A, None), (A, 2.0))
def an_optional_argument(a, w):
    if w is None:
        w = 1.0
    return a * w


@program((A, None), (A, A + 1))
def an_optional_array(a, out):
    if out is None:
        out = np.empty_like(a)
    out[:] = a * 2
    return out


@program((A, "sum"), (A, "mean"), (A, "other"), status="")
def a_string_chooses(a, mode):
    if mode == "sum":
        return a.sum()
    elif mode in ("mean", "average"):
        return a.mean()
    raise ValueError(f"unknown mode {mode}")


@program((A,), (2.0,), (3,))
def isinstance_decides(x):
    if isinstance(x, np.ndarray):
        return x.sum()
    if isinstance(x, (int, np.integer)):
        return x + 1
    return x * 2


@program((A,), (2.0,), status="")
def hasattr_decides(x):
    if hasattr(x, "shape"):
        return x.shape[0]
    return 0


@program((A,), (B,))
def ndim_decides(x):
    if x.ndim == 1:
        x = x[None, :]
    return x.sum(axis=1)


@program((A,), (A.astype(np.float32),), (np.arange(3),))
def dtype_decides(x):
    if x.dtype == np.float64:
        return x * 2
    if np.issubdtype(x.dtype, np.integer):
        return x // 2
    return x.astype(np.float64)


@program((A,), (A.astype(np.float32),))
def type_decides(x):
    return x * 2 if type(x) is np.ndarray else x


@program((A,))
def getattr_with_a_name(x):
    return x.size + getattr(x, "nothing", 3)


test_program = program.test()
