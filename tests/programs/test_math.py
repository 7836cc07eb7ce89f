# ruff: noqa - each program has the form that it is about
"""Is every function of `math` and `cmath` what Python's is, errors included? One program for each."""

import cmath
import math

import numpy as np
import pytest
from program import Program, Table

program = Table()
INF, NAN = float("inf"), float("nan")
NUMBERS = (0.5, -0.25, 0.0, -0.0, 2.5, -3.5, 1e-300, 1e300, 709.0, INF, -INF, NAN)
PAIRS = tuple((x, y) for x in (0.5, -2.0, 0.0, -0.0, 3.0, INF, NAN) for y in (2.0, -1.0, 0.5, 0.0, INF))
PLANE = (1 + 2j, -1.5 + 0.5j, -2 + 0j, complex(-2, -0.0), 0j, 3j, complex(INF, 1), complex(0, NAN), 700 + 1j, 800 + 0j)


def of_one(function):
    def call(x):
        return function(x)

    call.__name__ = f"{function.__module__}_{function.__name__}"
    return call


def of_two(function):
    def call(x, y):
        return function(x, y)

    call.__name__ = f"{function.__module__}_{function.__name__}"
    return call


ONE = (
    "sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh exp exp2 expm1 log log2 log10 log1p sqrt cbrt fabs "
    "floor ceil trunc erf erfc gamma lgamma degrees radians isnan isinf isfinite modf ulp"
)
TWO = "atan2 hypot copysign pow fmod nextafter log isclose"
COMPLEX = (
    "exp log log10 sqrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh phase polar isnan isinf isfinite"
)
FUNCTIONS = [
    *(Program(of_one(getattr(math, n)), tuple((x,) for x in NUMBERS), "full", "python") for n in ONE.split()),
    *(Program(of_two(getattr(math, n)), PAIRS, "full", "python") for n in TWO.split()),
    *(Program(of_one(getattr(cmath, n)), tuple((z,) for z in PLANE), "full", "python") for n in COMPLEX.split()),
]


@pytest.mark.parametrize("one", FUNCTIONS, ids=[p.function.__name__ for p in FUNCTIONS])
def test_function(one):
    one.check()


def test_the_rest_of_math_is_left_to_python():
    """What is not compiled, by name: a new function of `math` has to be looked at."""
    tested = {*f"{ONE} {TWO}".split(), *INTEGERS.split(), *SEQUENCES.split(), "ldexp"}
    left = {name for name in dir(math) if callable(getattr(math, name)) and name[0] != "_"} - tested
    assert left <= {"frexp", "fsum", "remainder", "sumprod", "fma"}


@program((np.float32(2.5),), (np.float64(2.5),), (np.float16(2.5),), (2.5,), status="")
def truncated(x):
    return math.trunc(x)


@program((np.True_, 3), (True, 3), (np.int8(6), 3), (3, np.True_), status="")
def a_bool_as_an_integer(a, b):
    return math.gcd(a, b), math.lcm(a, b), math.isqrt(a)


INTEGERS = "gcd lcm isqrt factorial comb perm"
SEQUENCES = "prod dist"


@program((12, 18, 4), (0, 0, 0), (-12, 18, 7), (True, 3, 5), (2**40, 2**41, 2**42))
def gcd_and_lcm(a, b, c):
    return math.gcd(a, b), math.gcd(a, b, c), math.lcm(a, b), math.lcm(a, b, c), math.gcd(a)


@program((0,), (15,), (16,), (2**52 - 1,), (2**60,), (-1,))
def isqrt(n):
    return math.isqrt(n)


@program((3,))
def counts_that_are_known(n):
    return math.factorial(5) * n, math.comb(5, 2), math.perm(5, 2)


@program((5,), (25,), (-1,), status="")
def factorial_of_what_comes(n):
    return math.factorial(n)


@program((2, 3.5), (2**40, 2**40), (0, INF))
def prod_of_a_tuple(a, b):
    return math.prod((a, b, 2)), math.prod([a, b], start=3)


@program((1.0, 2.0), (INF, 0.0), (1e300, 1e300))
def distances(x, y):
    return math.dist((x, y), (y, x)), math.dist((x,), (y,)), math.dist((x, y, 1), (0, 1, 2)), math.hypot(x, y, 2.0)


@program((1.5, 3), (1.5, -1080), (1.5, 2000), (0.0, 5))
def ldexp(x, k):
    return math.ldexp(x, k)


@program((0.1, 0.3), (1.0, 1.0), (1e-12, 0.0))
def closeness(a, b):
    return math.isclose(a * 3, b), math.isclose(a, b, rel_tol=0.5), math.isclose(a, b, abs_tol=1e-9)


@program(
    (2.675,), (1.115,), (0.285,), (1.005,), (-2.5,), (0.125,), (1e22,), (INF,), (NAN,), (-0.001,), (5e-324,), (1e15,)
)
def rounded_to_decimals(x):
    return round(x, 2), round(x, 1), round(x, 0), round(x, ndigits=3)


@program(*((float(x),) for x in (np.random.default_rng(3).integers(0, 10**7, 60) + 0.5) / 1000))
def rounded_halves(x):
    return round(x, 3), round(x, 2)


@program((7, 2.5), (-7, -2.5))
def rounded_to_integers(n, x):
    return round(n), round(n, 1), round(x), round(x, None)


@program((2.0, 1.0), (INF, 1.0), (1.0, INF), (-1.0, 0.5))
def rect(r, phi):
    return cmath.rect(r, phi)


@program((2.0, 3), (1, -0.5), (True, 2))
def complex_of_parts(x, y):
    return complex(x, y), complex(x), complex(), complex(y, x).imag


@program((1 + 2j, 3 - 1j), (1 + 2j, 0j), (INF + 1j, 2j))
def operators_of_complex_numbers(z, w):
    return z + w, z - w, z * w, -z, +z, z == w, z != w, z / w


@program((1 + 2j, 2.5, 3), (0j, 0.0, 0))
def complex_and_real_numbers(z, x, n):
    return z + x, x - z, n * z, z * x, z + n, 1 / (z + 1), z == x, not z


@program((1 + 2j,), (1e200 + 0j,), (-1j,))
def powers_of_a_complex_number(z):
    return z**2, z**3


@program((2.0 + 1j,), (0.5 + 0j,))
def a_complex_power(z):
    return z**0.5


@program((3 + 4j,), (1e308 + 1e308j,))
def modulus_of_a_complex_number(z):
    return abs(z)


@program((np.array([1.5, 2.0]), 0.5 + 1j))
def a_complex_number_and_an_array(a, z):
    return a * z + abs(z), a + z.real


@program((1 + 2j, 3.0), status="")
def less_of_complex_numbers(z, x):
    return z < x


@program((0.3 + 0.5j, 60), (-0.8 + 0.156j, 60), (2 + 2j, 60))
def escape_time(c, most):
    z, rounds = 0j, 0
    while abs(z) <= 2 and rounds < most:
        z = z * z + c
        rounds += 1
    return rounds, z


@program((np.linspace(-2, 1, 5), np.linspace(-1, 1, 4)))
def mandelbrot_with_complex_numbers(xs, ys):
    counts = np.zeros((len(ys), len(xs)), dtype=np.int64)
    for j in range(len(ys)):
        for i in range(len(xs)):
            c = complex(xs[i], ys[j])
            z = 0j
            for k in range(20):
                z = z**2 + c
                if z.real * z.real + z.imag * z.imag > 4.0:
                    break
                counts[j, i] += 1
    return counts


@program((4.0,), (-4.0,), (0.0,), (INF,), (-INF,), (NAN,))
def fractional_powers(x):
    return x**0.5, x**1.5


@program((4.0,), (0.0,), (-2.0,), (1e200,))
def negative_and_large_powers(x):
    return x**-1, x**2, x**3


@program((2.0, 3.0), (-2.0, 0.5), (0.0, -1.0), (1e200, 2.0), (2.0, 0.5))
def a_power_with_two_floats(x, y):
    return x**y


@program((5, 0.5), (2, -1.0))
def an_integer_to_a_float(n, x):
    return n**x


test_program = program.test()
