# ruff: noqa - each program has the form that it is about
"""Are numbers what Python's and NumPy's are? Unbounded integers, `math`, `cmath`, conversions, rank 0."""

import cmath
import math

import numpy as np
from program import Table

program = Table()
A = np.linspace(0.5, 2.0, 6)
BYTES = np.arange(256, dtype=np.uint8)


@program((7, 3), (-7, 3), (7, -3), (7, 0))
def integer_division(a, b):
    return a // b, a % b


@program((7.5, 2.0), (-7.5, 2.0), (7.5, -2.0), (1.0, 0.0))
def float_division(a, b):
    return a / b, a // b, a % b


@program((7, 2), (-7, 2))
def true_division_of_integers(a, b):
    return a / b


@program((3, 4), (2**40, 2**40), (-(2**40), 2**40))
def a_product_of_integers(a, b):
    return a * b


@program((2**62 - 1, 2**62 - 1), (1, 2))
def a_sum_of_integers(a, b):
    return a + b


@program((np.float64("nan"), 3, 5), (np.float64(1.0), 3, 5), (np.float64(1.0), 3, 2), (1, 3, np.float64(5)), status="")
def a_chain_whose_bool_is_of_either_kind(a, b, c):
    return a < b < c


@program((np.float64(1.0), 3, 5), (np.float64(1.0), 3, 2), (1, 3, np.float64(5)))
def a_chain_that_decides(a, b, c):
    if a < b < c:
        return 1.5
    return 2.5


@program((True,), (3,), (2.5,), (np.uint8(3),), (1 + 2j,), status="")
def parts_of_a_number(a):
    return a.conjugate(), a.real, a.imag


@program((np.uint8(3),), (np.int32(3),), (np.uint64(3),), (np.float32(3),), (3,), (2.5,), status="")
def arange_is_of_int64_at_least(a):
    return np.arange(a), np.arange(a, a + 2), np.arange(0, a, 2)


@program((-(2**63),), (2**70,), (3,), (np.int8(3),), ("x",), (None,), ([1],), status="")
def is_it_a_scalar(a):
    return np.isscalar(a)


@program((10,), (30,))
def factorial(n):
    product = 1
    for k in range(1, n + 1):
        product *= k
    return product


@program((10,), (100,))
def fibonacci(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


@program((3, 4), (2, 100), (2, -1))
def a_power_of_integers(a, b):
    return a**b


@program((3,))
def a_power_with_a_constant(a):
    return a**3 + a**2


@program((1, 4), (1, 100), (1, -1))
def shifts(a, b):
    return a << b, a >> 1


@program((12, 10), (-12, 10))
def bits(a, b):
    return a & b, a | b, a ^ b, ~a


@program((5, 3), (3, 5))
def minimum_and_maximum(a, b):
    return min(a, b), max(a, b)


@program((5, 3.0), (3, 5.0), status="")
def minimum_of_two_kinds(a, b):
    return min(a, b)


@program((-5,), (5,))
def absolute(a):
    return abs(a), abs(float(a))


@program((17, 5), (-17, 5))
def divmod_of_integers(a, b):
    q, r = divmod(a, b)
    return q, r


@program((2.5,), (-2.5,), (3.5,))
def rounding(x):
    return round(x), int(x), math.floor(x), math.ceil(x), math.trunc(x)


@program((2.567,), (-1.005,))
def rounding_to_digits(x):
    return round(x, 2)


@program((4.0,), (-4.0,))
def square_root(x):
    return math.sqrt(x)


@program((0.5,), (2.0,))
def functions_of_math(x):
    return math.sin(x) + math.cos(x) + math.exp(x) + math.log(x) + math.atan2(x, 1.0) + math.hypot(x, 2.0)


@program((0.5,), (-0.25,))
def more_functions_of_math(x):
    return math.asin(x) + math.acos(x) + math.log1p(x) + math.expm1(x) + math.erf(x) + math.degrees(x) + math.radians(x)


@program((0.5,), (1.5,))
def pow_and_cbrt(x):
    return math.pow(x, 2.5) + math.cbrt(x) + x**0.5


@program((12, 18))
def integers_of_math(a, b):
    return math.gcd(a, b), math.isqrt(a)


@program((5.5, 2.0), (5.5, 0.0))
def fmod(a, b):
    return math.fmod(a, b)


@program((2.0,), (0.0,))
def predicates_of_math(x):
    return math.isnan(x), math.isinf(x), math.isfinite(x), math.isclose(x, 2.0)


@program((1.5 + 2j,), (-1.0 + 0j,))
def arithmetic_of_complex_numbers(z):
    return z * z + 1, z.real, z.imag, abs(z), z.conjugate()


@program((1.5 + 2j,))
def functions_of_cmath(z):
    return cmath.exp(z) + cmath.sqrt(z) + cmath.phase(z)


@program((0.3, 0.5))
def julia(x, y):
    z = complex(x, y)
    k = 0
    while abs(z) < 2.0 and k < 50:
        z = z * z - 0.8 + 0.156j
        k += 1
    return k


@program((A,))
def a_numpy_scalar_stays_one(a):
    return a[0] + a[1], a.sum(), a.max() * 2


@program((A,))
def float_of_an_element(a):
    return float(a[0]) + 1, int(a[-1]), bool(a[0])


@program((A,))
def item(a):
    return a[0].item() + a.sum().item()


@program((np.float32(1.5),))
def a_weak_scalar(x):
    return x * 2.0 + 1


@program((np.int8(100),))
def a_small_integer_wraps(x):
    return x + np.int8(100)


@program((np.array(2.5),))
def an_array_of_rank_0(x):
    return x + 1, x[()], float(x)


@program((np.array(2.5),))
def a_store_of_rank_0(x):
    x[...] = 4.0
    x += 1


@program((3, 2.5, True))
def python_types(i, f, b):
    return i + f, i + b, f * b, b + b, not b


@program((True, False), (True, True))
def logic(p, q):
    return p and q, p or q, p ^ q, p & q


@program((3, 0), (0, 4))
def and_or_of_integers(a, b):
    return a and b, a or b


@program((1, 2, 3), (3, 2, 1))
def a_chained_comparison(a, b, c):
    return a < b < c, a < b > c


@program((1.5,), (-1.5,))
def a_conditional_expression(x):
    return x if x > 0 else -x


@program((2,), (-2,))
def a_conditional_expression_of_two_kinds(k):
    return k if k > 0 else 0.5


@program((BYTES[1:10],))
def crc32(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= int(byte)
        for _ in range(8):
            if crc & 1:
                crc = (crc >> 1) ^ 0xEDB88320
            else:
                crc >>= 1
    return crc ^ 0xFFFFFFFF


@program((BYTES[1:10],))
def adler32(data):
    a, b = 1, 0
    for byte in data:
        a = (a + int(byte)) % 65521
        b = (b + a) % 65521
    return (b << 16) | a


@program((BYTES[60:70], BYTES[62:73]))
def levenshtein(s, t):
    m, n = len(s), len(t)
    table = np.zeros((m + 1, n + 1), dtype=np.int64)
    for i in range(m + 1):
        table[i, 0] = i
    for j in range(n + 1):
        table[0, j] = j
    for i in range(1, m + 1):
        for j in range(1, n + 1):
            cost = 0 if s[i - 1] == t[j - 1] else 1
            table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + cost)
    return table[m, n]


@program((np.array([3, 4, 5, 9]), np.array([3, 4, 4, 10]), 11))
def knapsack(weights, values, capacity):
    best = np.zeros(capacity + 1, dtype=np.int64)
    for k in range(len(weights)):
        for w in range(capacity, weights[k] - 1, -1):
            best[w] = max(best[w], best[w - weights[k]] + values[k])
    return best[capacity]


@program((np.tril(np.arange(1.0, 17.0).reshape(4, 4)), np.ones(4)))
def triangular_solve(lower, b):
    n = len(b)
    x = np.empty(n)
    for i in range(n):
        s = b[i]
        for j in range(i):
            s -= lower[i, j] * x[j]
        x[i] = s / lower[i, i]
    return x


@program((50,), status="")
def sieve(n):
    prime = np.ones(n + 1, dtype=bool)
    prime[:2] = False
    for p in range(2, int(n**0.5) + 1):
        if prime[p]:
            prime[p * p :: p] = False
    return prime


@program((A, 1.2), (A, 9.0), (A, 0.0))
def bisection(a, x):
    low, high = 0, len(a)
    while low < high:
        middle = (low + high) // 2
        if a[middle] < x:
            low = middle + 1
        else:
            high = middle
    return low


@program((np.array([5, 2, 9, 1, 7]),))
def insertion_sort(a):
    for k in range(1, len(a)):
        value = a[k]
        j = k - 1
        while j >= 0 and a[j] > value:
            a[j + 1] = a[j]
            j -= 1
        a[j + 1] = value
    return a


@program((1000, 7), (3, 10))
def power_modulo(base, exponent):
    result = 1
    modulus = 1009
    base = base % modulus
    while exponent > 0:
        if exponent % 2 == 1:
            result = result * base % modulus
        base = base * base % modulus
        exponent //= 2
    return result


@program((12345,), (0,))
def linear_congruences(seed):
    state = seed
    for _ in range(10):
        state = (1103515245 * state + 12345) % 2147483648
    return state


@program((3,), (1,), (-5,))
def pythons_bools_are_integers(n):
    b = n > 1
    return ~b, -b, +b, ~bool(), ~True, ~(n == 3), ~np.bool_(n > 1), b << 2, ~~b


test_program = program.test()
