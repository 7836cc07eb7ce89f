# ruff: noqa - each program has the form that it is about
"""Are functions of the program what Python's are? Helpers, inner functions, lambdas, arguments of all kinds."""

import math
from functools import partial, reduce, wraps

import numpy as np
from program import Table

program = Table()
A = np.linspace(0.5, 2.0, 6)
B = np.arange(12.0).reshape(3, 4)
FACTOR = 3.0
OFFSETS = (1, 2, 4)


def scaled(x, factor=2.0):
    return x * factor


def only_by_name(x, *, factor=2.0, shift):
    return x * factor + shift


def positional_only(x, y=2.0, /):
    return x - y


def summed(*parts):
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def counted(*parts):
    return len(parts)


def with_options(x, **options):
    return x * options["factor"]


def mixed(x, *parts, factor=1.0, **options):
    return (x + summed(*parts)) * factor


def sign(x):
    if x > 0:
        return 1.0
    if x < 0:
        return -1.0
    return 0.0


def first_above(a, limit):
    for k in range(len(a)):
        if a[k] > limit:
            return k
    return -1


def stores(a, value):
    a[0] = value


def two(a):
    return a.min(), a.max()


def factorial(n):
    return 1 if n < 2 else n * factorial(n - 1)


def checked(x):
    if x < 0:
        raise ValueError("negative")
    return math.sqrt(x)


def documented(x):
    """Half of x."""
    half: float = x / 2
    return half


def halved(function):
    @wraps(function)
    def wrapper(*args):
        return function(*args) / 2

    return wrapper


@halved
def decorated(x):
    return x * x


@halved
def decorated_too(a):
    return a * a + 1


@program((A,))
def a_decorated_helper(a):
    return decorated(a) + 1


program((A,), status="")(decorated_too)


@program((A,))
def a_helper(a):
    return scaled(a)


@program((A,))
def a_default_and_a_keyword(a):
    return scaled(factor=3.0, x=a)


@program((A,))
def keyword_only(a):
    return only_by_name(a, shift=1.0)


@program((A,))
def keyword_only_both(a):
    return only_by_name(a, shift=1.0, factor=4.0)


@program((A,), status="")
def keyword_only_missing(a):
    return only_by_name(a)


@program((A,))
def by_position_only(a):
    return positional_only(a) + positional_only(a, 1.0)


@program((A,))
def star_parameter(a):
    return summed(a, a * 2, a * 3)


@program((A,))
def star_arguments(a):
    parts = (a, a + 1)
    return summed(*parts, a)


@program((A,))
def how_many_star_arguments(a):
    return a * counted(a, a, a) + counted()


@program((A,), status="")
def double_star_parameter(a):
    return with_options(a, factor=5.0)


@program((A,))
def all_kinds_of_parameters(a):
    return mixed(a, a, 2 * a, factor=2.0, other=1.0)


@program((A,), status="")
def too_many_arguments(a):
    return scaled(a, 1.0, 2.0)


@program((1.5,), (-2.0,), (0.0,))
def early_returns(x):
    return sign(x) * 2.0


@program((A, 1.0), (A, 5.0))
def a_helper_that_returns_from_a_loop(a, limit):
    return first_above(a, limit) + 1


@program((A,))
def a_helper_called_in_a_loop(a):
    s = 0.0
    for x in a:
        s += sign(x - 1.0)
    return s


@program((A,))
def a_helper_that_stores(a):
    stores(a, 7.0)
    stores(a[2:], 8.0)
    return a.sum()


@program((A,))
def a_helper_with_two_results(a):
    low, high = two(a)
    return (a - low) / (high - low)


@program((5,))
def recursion(n):
    return factorial(n)


@program((4.0,), (-4.0,))
def a_helper_that_raises(x):
    return checked(x) + 1.0


@program((A,))
def a_helper_with_a_docstring_and_annotations(a):
    return documented(a)


@program((A,))
def an_inner_function(a):
    def double(x):
        return x * 2

    return double(a) + double(1.0)


@program((A,))
def an_inner_function_sees_outer_names(a):
    factor = 4.0

    def apply(x):
        return x * factor

    return apply(a)


@program((A,))
def an_inner_function_sees_later_bindings(a):
    def apply(x):
        return x * factor

    factor = 4.0
    first = apply(a)
    factor = 5.0
    return first + apply(a)


@program((A,))
def an_inner_function_with_a_default(a):
    factor = 4.0

    def apply(x, by=factor):
        return x * by

    factor = 100.0
    return apply(a) + factor


@program((A,))
def an_inner_function_stores(a):
    def clear(k):
        a[k] = 0.0

    clear(1)
    clear(-1)
    return a.sum()


@program((A,), status="")
def a_nonlocal_name(a):
    count = 0

    def note():
        nonlocal count
        count += 1

    note()
    note()
    return a * count


@program((A,))
def a_lambda(a):
    square = lambda x: x * x  # noqa: E731
    return square(a) + square(3.0)


@program((A,))
def a_lambda_with_a_default(a):
    scale = lambda x, by=2.0: x * by  # noqa: E731
    return scale(a) + scale(a, 3.0)


@program((A,))
def a_lambda_sees_outer_names(a):
    shift = a.mean()
    centred = lambda x: x - shift  # noqa: E731
    return centred(a)


@program((A,))
def a_lambda_called_at_once(a):
    return (lambda x: x + 1)(a)


@program((A,))
def a_function_as_an_argument(a):
    def apply(f, x):
        return f(f(x))

    return apply(lambda x: x * x, a) + apply(np.sqrt, a)


@program((A,))
def a_function_that_gives_a_function(a):
    def power(n):
        def raise_(x):
            return x**n

        return raise_

    return power(2)(a) + power(3)(a)


@program((A,))
def a_choice_of_functions(a):
    function = np.sin if a.ndim == 1 else np.cos
    return function(a)


@program((A,))
def functions_in_a_tuple(a):
    s = a * 0
    for function in (np.sin, np.cos, np.exp):
        s = s + function(a)
    return s


@program((A, np.sin), (A, scaled))
def a_function_is_an_argument(a, f):
    return f(a) + 1.0


@program((A,))
def a_partial(a):
    triple = partial(scaled, factor=3.0)
    return triple(a)


@program((A,))
def a_reduce(a):
    return reduce(lambda x, y: x * y, (a, a + 1, a + 2))


@program((A,))
def a_map(a):
    x, y = map(lambda v: v * 2, (a, a + 1))
    return x + y


@program((A,))
def a_global(a):
    return a * FACTOR


@program((A,))
def a_global_tuple(a):
    return sum(a * k for k in OFFSETS)


@program((2.0,))
def constants_of_math(x):
    return x * math.pi + math.e + math.tau + math.inf


@program((A,))
def an_import_in_the_function(a):
    import math as m
    from math import sqrt

    return a * sqrt(2.0) + m.floor(2.5)


@program((A,))
def a_helper_calls_a_helper(a):
    def outer(x):
        return scaled(x, 3.0) + only_by_name(x, shift=0.0)

    return outer(a)


def halved(a, n):
    if n == 0:
        print(end="")
        return a
    return halved(a / 2, n - 1) + np.sum(a * 2)


@program((np.arange(3.0), 3), status="")
def a_recursive_helper_that_prints(a, n):
    return halved(a, n)


program((np.arange(3.0), 3), status="")(halved)


@program((A,), status="")
def an_inner_function_that_uses_what_is_bound_after_it(a):
    def scaled(x):
        return x * k + shift

    k = len(a) * 2
    print(end="")
    shift = np.sum(a * a) + k
    print(end="")
    return scaled(a) + scaled(a + 1)


@program((A,), status="")
def a_lambda_that_uses_what_is_bound_after_it(a):
    scaled = lambda x: x * k
    k = len(a) * 2
    print(end="")
    k = k + np.sum(a * a)
    print(end="")
    return scaled(a)


test_program = program.test()
