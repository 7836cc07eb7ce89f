"""Elementary functions vectorise and compute what NumPy's do."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys

import numpy as np
import pytest
from numba import njit, prange, typeof

from mdsl import runtime
from mdsl.runtime import plain, vecmath

UNARY = sorted(name for name in runtime.names() if name.startswith("vec_") and getattr(plain, name) is not math.erf
               and getattr(plain, name).nin == 1)  # fmt: skip
BINARY = ["vec_arctan2", "vec_hypot", "vec_power"]
needs_libmvec = pytest.mark.skipif(vecmath._LIBMVEC is None, reason="this machine has no libmvec")

SPECIAL = [
    0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 2.0, -2.0, 0.5, -0.5, 3.0, -3.0, 1.5, -1.5, 5e-324, -5e-324,
    2.2e-308, 1e-310, 1e308, -1e308, 1.79e308, 709.78, 710.0, -745.0, -746.0, 1e-45, 1e-40, 1e38, 3.4e38, 88.7, 89.0,
    -103.0, -104.0, -87.5, 1e22, 1e10, -1e10, 1024.0, 1023.9, -1074.0, -1075.0, 1 + 2e-16, 1 - 1e-16, 20.0, -20.0,
    37.0, -37.0, 1e-17, -1e-17, 16777217.0, 9007199254740993.0,
]  # fmt: skip


def kernel(function, arity=1):
    if arity == 1:

        @njit(error_model="numpy")
        def loop(x, out):
            for i in range(x.shape[0]):
                out[i] = function(x[i])
    else:

        @njit(error_model="numpy")
        def loop(x, y, out):
            for i in range(x.shape[0]):
                out[i] = function(x[i], y[i])

    return loop


def draw(dtype, n=4096):
    """Arguments of all magnitudes and signs."""
    rng = np.random.default_rng(0)
    largest = 700 if dtype == "f8" else 88
    parts = [
        rng.uniform(-1, 1, n),
        rng.uniform(-10, 10, n),
        rng.uniform(-largest, largest, n),
        rng.uniform(0, 1e5, n),
        1 + rng.normal(0, 1e-2, n),
        10.0 ** rng.uniform(-30, 30, n) * rng.choice([-1, 1], n),
    ]
    x = np.concatenate([*(part.astype(dtype) for part in parts), any_bits(dtype, rng, 16 * n)])
    rng.shuffle(x)
    return x


def any_bits(dtype, rng, n):
    """Arguments from the whole range: every exponent is as likely, subnormal numbers, infinities and NaN among them."""
    integer = np.dtype(dtype.replace("f", "u"))
    x = rng.integers(0, np.iinfo(integer).max, n, dtype=integer, endpoint=True).view(dtype)
    x[np.isnan(x)] = np.nan  # none that signals
    return x


def distance(got, want):
    """Units in the last place between two arrays, 0 where both are the same NaN, infinity or signed zero."""
    with np.errstate(all="ignore"):
        units = np.abs(got.astype(np.longdouble) - want) / np.spacing(np.abs(want))
    same = (np.isnan(got) & np.isnan(want)) | ((got == want) & (np.signbit(got) == np.signbit(want)))
    return np.where(same, 0, np.where(np.isfinite(units) & (got != 0), units, np.inf))


def check(name, *arguments):
    out = np.empty_like(arguments[0])
    kernel(getattr(vecmath, name), len(arguments))(*arguments, out)
    with np.errstate(all="ignore"):
        want = getattr(plain, name)(*arguments)
    assert out.dtype == want.dtype
    units = distance(out, want)
    worst = int(np.argmax(units))
    assert units[worst] <= 4, ([a[worst] for a in arguments], out[worst], want[worst])


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("name", UNARY)
def test_one_argument(name, dtype):
    # Each special value fills whole vectors, and the last few elements are computed by the scalar remainder.
    with np.errstate(over="ignore"):
        special = np.repeat(np.array(SPECIAL).astype(dtype), 32)
    check(name, np.concatenate([special, draw(dtype)]))


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("name", BINARY)
def test_two_arguments(name, dtype):
    with np.errstate(over="ignore"):
        x, y = np.meshgrid(*[np.array(SPECIAL).astype(dtype)] * 2)
    x, y = np.repeat(x.ravel(), 16), np.repeat(y.ravel(), 16)
    check(name, np.concatenate([x, draw(dtype)]), np.concatenate([y, draw(dtype)[::-1]]))


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_the_error_function(dtype):
    x = np.concatenate([np.repeat(np.array([0.0, -0.0, np.inf, -np.inf, np.nan]), 32), draw("f4", 512)]).astype(dtype)
    out = np.empty_like(x)
    kernel(vecmath.vec_erf)(x, out)
    assert distance(out, np.array([math.erf(v) for v in x], dtype)).max() <= 4


@needs_libmvec
@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("name", ["vec_exp", "vec_sin", "vec_arctan", "vec_log10"])
def test_loops_call_vector_variants(name, dtype):
    loop = kernel(getattr(vecmath, name))
    x = np.ones(8, dtype)
    loop(x, x.copy())
    assert re.search("_ZGV[bde]N[0-9]+v_", loop.inspect_asm((typeof(x), typeof(x))))


@needs_libmvec
def test_a_parallel_loop_calls_them_too():
    @njit(error_model="numpy", parallel=True)
    def loop(x, out):
        for i in prange(x.shape[0]):
            out[i] = vecmath.vec_exp(x[i]) * vecmath.vec_sin(x[i])

    x = draw("f8")
    x = x[x < 700]
    out = np.empty_like(x)
    loop(x, out)
    np.testing.assert_allclose(out, np.exp(x) * np.sin(x), rtol=2e-15)
    assert "_ZGV" in loop.inspect_llvm((typeof(x), typeof(x)))


def test_integers_are_taken_as_float64():
    x = np.arange(1, 50)
    out = np.empty(49)
    kernel(vecmath.vec_log)(x, out)
    np.testing.assert_allclose(out, np.log(x), rtol=1e-15)


def test_outside_a_loop():
    @njit
    def scalar(x, y):
        return vecmath.vec_exp(x) + vecmath.vec_power(x, y)

    assert scalar(1.5, 2.0) == pytest.approx(np.exp(1.5) + 2.25, rel=1e-15)


MODULE = """
{pasted}

import numpy as np
from numba import prange


def _wave(x, out):
    for i in prange(x.shape[0]):
        out[i] = vec_exp(x[i]) * vec_sin(x[i]) + vec_log(x[i]) + vec_power(x[i], 1.5)


_wave_serial, _wave_parallel = compile_pair(_wave)
"""

RUN = """
import json
import numpy as np
import generated as g

x = np.linspace(0.1, 20, 10_001)
ok = []
for f in (g._wave_serial, g._wave_parallel):
    out = np.empty_like(x)
    f(x, out)
    ok.append(bool(np.allclose(out, np.exp(x) * np.sin(x) + np.log(x) + x**1.5, rtol=1e-13)))
hits = [sum(f.stats.cache_hits.values()) for f in (g._wave_serial, g._wave_parallel)]
print(json.dumps(dict(ok=ok, hits=hits, library=bool(g._LIBMVEC))))
"""


def run(folder):
    result = subprocess.run([sys.executable, "-c", RUN], check=False, cwd=folder, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_the_next_process_loads_and_runs_the_cached_code(tmp_path):
    names = ["vec_exp", "vec_sin", "vec_log", "vec_power", "compile_pair"]
    (tmp_path / "generated.py").write_text(MODULE.format(pasted=runtime.sources(names)))
    assert run(tmp_path)["ok"] == [True, True]
    second = run(tmp_path)
    assert second["ok"] == [True, True]
    assert second["hits"] == [1, 1]


def test_without_the_library_the_same_names_work(tmp_path):
    names = ["vec_exp", "vec_sin", "vec_log", "vec_power", "compile_pair"]
    pasted = runtime.sources(names).replace("libmvec.so.1", "libmvec-that-is-missing.so")
    (tmp_path / "generated.py").write_text(MODULE.format(pasted=pasted))
    assert run(tmp_path) == {"ok": [True, True], "hits": [0, 0], "library": False}
    assert run(tmp_path) == {"ok": [True, True], "hits": [1, 1], "library": False}


def test_all_functions_work_without_the_library():
    pasted = runtime.sources(UNARY + BINARY).replace("libmvec.so.1", "libmvec-that-is-missing.so")
    namespace = {}
    exec(compile(pasted, "<pasted>", "exec"), namespace)
    for name in UNARY + BINARY:
        assert namespace[name] is getattr(plain, name)
