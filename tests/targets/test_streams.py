"""Large arrays are filled by tiles that go past the caches: results as without, every element and no other."""

from __future__ import annotations

import numpy as np
import pytest

from mdsl import accelerate
from mdsl.passes.context import Context
from mdsl.runtime import pair
from mdsl.targets.base import get_target
from mdsl.transpiler.lift_text import loops_of_text

LARGE = (8 << 20) // 8 + 37  # elements of float64 that are no multiple of a tile


def rows(a, b, out, flags):
    out[:] = a * b + 1
    flags[:] = a > b
    total = a + b
    return total, np.sqrt(a)


def interior(u, out):
    out[1:-1, 1:-1] = u[2:, 1:-1] + u[:-2, 1:-1] - 2 * u[1:-1, 1:-1]


def in_place(a, b):
    a += 2 * b
    a[:] = a * a
    b[1:] = a[:-1] * 3


def text(function, *arguments):
    compiled = accelerate(function, target="numba", cache=False)
    compiled(*arguments)
    return compiled.explain(*arguments).source


def filled(seed, n, dtype, offset=0):
    """A contiguous vector that begins `offset` elements behind the start of its memory, and what is around it."""
    memory = (np.random.default_rng(seed).random(n + 16) * 100).astype(dtype)
    return memory, memory[offset : offset + n]


@pytest.mark.parametrize("dtype", ["float64", "float32", "int16"])
def test_vectors(dtype):
    compiled = accelerate(rows, target="numba", cache=False)
    n = (8 << 20) // np.dtype(dtype).itemsize + 37
    for offset in (0, 1, 3):
        _, a = filled(1, n, dtype, offset)
        _, b = filled(2, n, dtype)
        (around, out), (_, flags) = filled(3, n, dtype, offset), filled(4, n, bool, 5)
        before, expected, truths = around.copy(), out.copy(), flags.copy()
        results = rows(a, b, expected, truths)
        got = compiled(a, b, out, flags)
        np.testing.assert_array_equal(out, expected)
        np.testing.assert_array_equal(flags, truths)
        for one, other in zip(got, results, strict=True):
            np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(around[:offset], before[:offset])
        np.testing.assert_array_equal(around[offset + n :], before[offset + n :])
    assert compiled.last_report.status == "full"


@pytest.mark.parametrize("shape", [(1030, 1100), (40, 40000), (3000, 600), (3, 1 << 20)])
def test_rows_of_matrices(shape):
    compiled = accelerate(interior, target="numba", cache=False)
    u = np.random.default_rng(0).random(shape)
    ours, theirs = np.full(shape, 5.0), np.full(shape, 5.0)
    compiled(u, ours)
    interior(u, theirs)
    np.testing.assert_array_equal(ours, theirs)


def test_what_is_read_is_stored_to_as_usual():
    (_, a), (_, b) = filled(1, LARGE, "float64"), filled(2, LARGE, "float64")
    ours, theirs = (a.copy(), b.copy()), (a.copy(), b.copy())
    accelerate(in_place, target="numba", cache=False)(*ours)
    in_place(*theirs)
    np.testing.assert_array_equal(ours, theirs)


def test_the_machine_code_with_tiles_is_the_one_that_runs():
    n = 100
    source = text(rows, np.ones(n), np.ones(n), np.ones(n), np.ones(n, bool))
    assert "stream(out" in source and "if not (STREAMS and" in source

    compiled = accelerate(rows, target="numba", cache=False)
    small, large = (tuple(np.ones(k) for _ in range(3)) + (np.ones(k, bool),) for k in (100_000, LARGE))
    compiled(*small)
    parallel, streaming = _namespace(compiled)["_rows_parallel"], pair._STREAMING
    assert parallel.signatures and not streaming[parallel].signatures
    compiled(*large)
    assert streaming[parallel].signatures
    assert any(
        "vmovnt" in text or "movnt" in text or "stnp" in text
        for text in streaming[parallel].dispatcher.inspect_asm().values()
    )


def _namespace(compiled):
    """The globals of the generated module."""
    found = next(iter(compiled.dispatcher.specialisations.values()))
    return found.call.__globals__


@pytest.mark.parametrize(
    "expression", ["np.sum(a * b)", "np.cumsum(a)", "np.exp(a) * np.sin(b) * np.log(a) + np.cos(b)"]
)
def test_loops_that_gain_nothing_have_no_tiles(expression):
    program = loops_of_text(f"def f(a, b): return {expression}", np.ones(5), np.ones(5))
    assert "stream_tile(" not in get_target("numba").emit(program, Context()).text
