"""Lines about scalars `a` and `b`: Python's and NumPy's, with loops; `\\n` begins a new line."""

_OPERATORS = "+ - * / // % ** << >> & | ^ < <= > >= == != and or is".split()
_MATH = (
    "sqrt exp log log2 log10 log1p expm1 sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh floor ceil trunc "
    "fabs isnan isinf isfinite degrees radians erf erfc gamma lgamma factorial isqrt frexp modf cbrt exp2"
).split()
_MATH2 = "atan2 hypot pow fmod copysign remainder gcd lcm ldexp comb perm dist isclose nextafter".split()
_BUILTINS = "abs bool int float complex round str repr hash len type bin".split()

SCALARS = [
    *(f"return a {operator} b" for operator in _OPERATORS),
    *(f"return a {operator} 3" for operator in _OPERATORS if operator != "is"),
    *(f"return 2.5 {operator} b" for operator in _OPERATORS if operator != "is"),
    *(f"return math.{name}(a)" for name in _MATH),
    *(f"return math.{name}(a, b)" for name in _MATH2),
    *(f"return {name}(a)" for name in _BUILTINS),
    *r"""
return -a
return +a
return ~a
return not a
return a if a < b else b
return a < b < 5
return min(a, b)
return max(a, b, 0)
return min(a, 2.0)
return max([a, b])
return sum([a, b])
return sum(range(int(a) % 9))
return divmod(a, b)
return pow(a, b)
return pow(a, 2)
return pow(int(a), 3, 7)
return round(a, 1)
return round(a / 3, 2)
return int(a / b)
return a / b * b
return a // b * b + a % b
return -a // b
return -(a // b)
return a * a * a * a
return a ** 3 - b
return a ** 0.5
return a ** -1
return abs(a - b)
return (a + b) / 2
return (a + b) // 2
return a + b > a
return a == a
return a != a
return isinstance(a, int)
return isinstance(a, (float, np.floating))
return np.isscalar(a)
return np.float64(a) * b
return np.float32(a) * b
return np.float32(a) * np.float32(b)
return np.int64(a) * b
return np.int32(a) + np.int32(b)
return np.uint8(3) * a
return np.array(a)
return np.array([a, b])
return np.array([a, b]) * a
return np.array([[a, b], [b, a]])
return np.asarray(a) + np.asarray(b)
return np.add(a, b)
return np.maximum(a, b)
return np.sqrt(a)
return np.power(a, b)
return np.floor(a)
return np.sign(a) * b
return np.where(a > b, a, b)
return np.arange(int(a) % 5)
return np.arange(a, a + 2)
return np.arange(a % 5, b % 7)
return np.linspace(a, b, 3)
return np.full(2, a)
return np.full((2, 2), a) * b
return np.zeros(int(abs(a)) % 4) + b
return np.ones(3) * a
return np.ones(3, np.float32) * a
return np.ones(3, np.int8) * a
return np.eye(2) * a + b
return np.sum([a, b])
return np.mean([a, b])
return np.hypot(a, b)
return np.round(a, 1)
return np.clip(a, 0, b)
return np.isclose(a, b)
return np.abs(a)
return np.exp(a) - np.exp(b)
return np.mod(a, b)
return np.bitwise_and(a, b)
return np.minimum(a, b) * 1
return np.interp(a, [0, 1, 2], [3, 4, 5])
return np.zeros(3)[int(a)]
return [1, 2, 3][int(a)]
return (a, b)[int(b) % 2]
return [a] * (int(b) % 5)
return "x" * (int(b) % 5)
return f"{a} {b}"
return [i * a for i in range(4)]
return {"a": a, "b": b}
return a.real, a.imag
return a.dtype
return a.conjugate()
return a.bit_length()
return a.is_integer()
return (lambda x: x * 2)(a)
t = 0\nfor i in range(int(b) % 7): t += a\nreturn t
t = 0\nfor i in range(5): t = t * a + b\nreturn t
t = 1\nfor i in range(70): t = t * 2\nreturn t + a
t = 0.0\nfor i in range(5): t += i * a\nreturn t
t = a\nfor i in range(3): t = t * t\nreturn t
t = a\nfor i in range(3): t += 1\nreturn t
t = a\nfor i in range(3): t /= 2\nreturn t
t = a\nt += b\nt *= 2\nt -= 0.5\nreturn t
t = a\nt //= b\nreturn t
t = a\nt **= 2\nreturn t
t = a\nt %= 3\nreturn t
n = 0\nwhile a > 1 and n < 50: a = a / 2; n += 1\nreturn a, n
n = 0\nwhile a != 1 and n < 50:\n    a = a // 2 if a % 2 == 0 else 3 * a + 1\n    n += 1\nreturn a, n
x, y = a, b\nfor i in range(6):\n    if y == 0: break\n    x, y = y, x % y\nreturn x
x, y = 0, 1\nfor i in range(int(a) % 99): x, y = y, x + y\nreturn x
x, y = 0, 1\nfor i in range(100): x, y = y, x + y\nreturn x + a
x = a\nfor i in range(10): x = (x + b / x) / 2\nreturn x
h = 0\nfor i in range(10): h = (h * 31 + int(a)) % 1000003\nreturn h
h = 5381\nfor i in range(20): h = h * 33 + int(a)\nreturn h
h = 5381\nfor i in range(20): h = (h * 33 ^ int(a)) & 0xFFFFFFFF\nreturn h
h = 1\nfor i in range(40): h = (h << 1) ^ (h >> 3)\nreturn h + a
x = 12345\nfor i in range(5):\n    x ^= x << 13\n    x ^= x >> 7\n    x ^= x << 17\nreturn x, a
x = np.uint64(12345)\nfor i in range(5): x = x * np.uint64(6364136223846793005) + np.uint64(1)\nreturn x
x = np.int64(2) ** 62\nreturn x + x, a
x = np.int32(2147483647)\nreturn x + np.int32(1), a
x = np.uint8(255)\nx += 1\nreturn x
x = np.uint8(200)\nx = x + np.uint8(100)\nreturn x
x = np.float32(16777216)\nreturn x + 1, x + np.float32(1), a
x = np.float32(0)\nfor i in range(10): x += np.float32(0.1)\nreturn x
x = np.float32(0)\nfor i in range(10): x += 0.1\nreturn x * a
x = 0\nfor i in range(10): x += np.float32(0.1)\nreturn x
x = np.zeros(3)\nfor i in range(3): x[i] = a + i\nreturn x
x = np.zeros(3)\nx[int(a)] = b\nreturn x
x = np.zeros(3, int)\nx[0] = a\nreturn x
x = np.zeros(3, np.int8)\nx[0] = a\nreturn x
x = np.zeros(3, np.uint8)\nx += a\nreturn x
x = np.zeros(3, np.float32)\nx[1] = a\nreturn x * b
x = np.zeros(3, bool)\nx[1] = a\nreturn x
x = np.zeros(3, complex)\nx[1] = a\nreturn x
x = np.zeros(3)\nx[1] = a\nreturn x
x = []\nfor i in range(3): x.append(a * i)\nreturn np.array(x)
x = {}\nfor i in range(3): x[i] = a * i\nreturn x
x = [0] * 4\nfor i in range(4): x[i] = a + i\nreturn x
x = [[0] * 2 for _ in range(2)]\nx[0][1] = a\nreturn x
if a > b: t = 1\nelse: t = 2.5\nreturn t
if a > b: t = a\nelif a == b: t = 0\nelse: t = b\nreturn t * 2
if a > 0:\n    t = a\nreturn t
if a: return 1\nreturn 0
if a and b: return a\nif a or b: return b\nreturn None
for i in range(int(b) % 5, int(a) % 5): pass\nreturn i
for i in range(3): pass\nelse: i = 10\nreturn i
for i in range(10):\n    if i > a: break\nelse: i = -1\nreturn i
for i in range(int(a) % 5, int(b) % 5, -1): pass\nelse: i = 7\nreturn i
for i in range(0, 10, int(b)): t = i\nreturn t
for i in range(5):\n    if i == a: continue\n    t = i\nreturn t
t = [i for i in range(5) if i > a]\nreturn t
t = [(i, j) for i in range(3) for j in range(i)]\nreturn t, a
t = sum(i * a for i in range(4))\nreturn t
t = max(i * a for i in range(4))\nreturn t
t = any(i > a for i in range(4))\nreturn t
t = 0\nfor i, j in zip(range(4), range(3, 9)): t += i * j\nreturn t + a
t = 0\nfor i, x in enumerate([a, b, 1]): t += i * x\nreturn t
t = 0\nfor x in (a, b): t = max(t, x)\nreturn t
t = 0\nfor i in reversed(range(4)): t = t * 2 + i\nreturn t + a
t = 0\nwhile True:\n    t += 1\n    if t > 5: break\nreturn t + a
s = a\nc = 0\nwhile s > 0 and c < 20:\n    s -= 1.5\n    c += 1\nreturn s, c
try: t = a / b\nexcept ZeroDivisionError: t = -1\nreturn t
try: t = int(a)\nexcept (ValueError, OverflowError): t = -1\nreturn t
assert a != 0, "zero"\nreturn b / a
if a < 0: raise ValueError("negative")\nreturn math.sqrt(a)
(t := a * 2)\nreturn t + 1
del b\nreturn a
a, b = b, a\nreturn a - b
a = b = 3\nreturn a + b
a = float(a)\nreturn a // 1 + a % 1
a = int(a)\nreturn a * 10 ** 18
a = int(a)\nreturn a * 2 ** 62 + b
a = int(a)\nreturn a ** 30
a = int(a)\nreturn a << 62
a = int(a)\nreturn (a * 123456789) % 1000
a = int(a)\nreturn a * a * a * a * a
a = int(a)\nreturn abs(a) * 9223372036854775807
a = int(a)\nreturn np.array([a * 2 ** 40])
a = int(a)\nreturn np.arange(3) * a
a = int(a)\nreturn np.arange(3, dtype=np.int32) + a
a = int(a)\nreturn np.full(3, a * a)
a = int(a)\nreturn np.int64(5) * a
a = int(a)\nreturn np.float32(0.5) * a
n = len([a, b])\nreturn n * a
n = 3\nx = np.arange(n) + a\nreturn x[n - 1] - x[0]
x = np.arange(5.0)\nreturn x[int(a):int(b)]
x = np.arange(5.0)\nreturn x[int(a)::2] * b
x = np.arange(5.0)\nreturn x[::int(b)]
x = np.arange(5.0)\nx[int(a):] = b\nreturn x
x = np.arange(5.0)\nx[int(a)] += b\nreturn x
x = np.arange(5.0)\nreturn x[x > a].sum() * b
x = np.arange(5)\nreturn x * a, x + b, x / a
x = np.arange(5)\nx += a\nreturn x
x = np.arange(5)\nx //= a\nreturn x
x = np.arange(5)\nreturn x % a, x ** 2 % b
x = np.arange(6.0).reshape(2, 3)\nreturn x[int(a), int(b)]
x = np.arange(6.0).reshape(2, 3)\nreturn (x + a).sum(axis=0) / b
x = np.arange(4.0)\nfor i in range(4): x[i] = x[i - 1] * a + b\nreturn x
x = np.arange(4.0)\nfor i in range(4): x[i] = x[i] if x[i] > a else b\nreturn x
x = np.arange(4)\nfor i in range(4): x[i] = a * i\nreturn x
x = np.arange(4)\nt = 0\nfor v in x: t += v * a\nreturn t
x = np.arange(4.0)\nt = a\nfor v in x: t = v + t\nreturn t
x = np.arange(4, dtype=np.float32)\nt = 0\nfor v in x: t += v * a\nreturn t
x = np.arange(4, dtype=np.uint8)\nt = 0\nfor v in x: t += v * 100\nreturn t
x = np.arange(4, dtype=np.uint8)\nt = np.uint8(0)\nfor v in x: t += v * 50\nreturn t
x = np.arange(4, dtype=np.int32)\nt = 0\nfor v in x: t += v * a\nreturn t
x = np.arange(4, dtype=np.int32)\nreturn x[3] * a, x[2] ** b
x = np.arange(4, dtype=np.float32)\nreturn x[3] * a, x[2] ** b, x.sum() * a
x = np.arange(4.0)\nreturn x.sum() * a, x.mean() / b
x = np.arange(4.0)\nreturn a - x[0], b // x[2], a % x[1]
x = np.arange(4.0) > a\nreturn x.sum() + b
x = np.arange(4.0) > a\nreturn x[0] + x[1], x[0] & x[1], not x[0], ~x[0]
x = np.arange(3) > 1\nreturn x[2] + a, x[2] * b, -a * x[0]
""".strip().splitlines(),
]
