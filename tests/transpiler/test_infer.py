"""What are arguments taken for, by their use?"""

from __future__ import annotations

import textwrap

import pytest

from mdsl.transpiler.infer import infer
from mdsl.transpiler.module import read_module


def inferred(text):
    module = read_module("import math\nimport numpy as np\n" + textwrap.dedent(text).strip() + "\n", "m.py")
    return infer(module, module.functions[-1])


def types(text):
    return ", ".join(f"{name}: {spec}" for name, spec in inferred(text).signature.items())


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("def f(x): return np.exp(x) * x[0]", "x: float64[:]"),
        ("def f(x, n): return x[:n].sum()", "x: float64[:], n: int"),
        ("def f(u): return u[1:, :-1]", "u: float64[:, :]"),
        ("def f(A, x): return A @ x", "A: float64[:, :], x: float64[:]"),
        ("def f(x, k=3): return x[k:] - x[:-k]", "x: float64[:], k: int"),
        ("def f(x, eps=1e-8): return x / (x.sum(axis=1) + eps)", "x: float64[:, :], eps: float"),
        ("def f(n, m): return np.zeros((n, m))", "n: int, m: int"),
        ("def f(img):\n    h, w, _ = img.shape\n    return img * h", "img: float64[:, :, :]"),
        (
            "def f(u, dt, dx): return u[1:-1, 1:-1] + dt / dx**2 * u[2:, 1:-1]",
            "u: float64[:, :], dt: float, dx: float",
        ),
        (
            "def f(p, q): return ((p[:, None, :] - q[None, :, :]) ** 2).sum(-1)",
            "p: float64[:, :], q: float64[:, :]",
        ),
        ("def f(pos, G=1.0): return G * (pos[:, None, :] - pos[None]).sum(axis=2)", "pos: float64[:, :], G: float"),
        ("def f(x, *, scale=2.0): return x[0] * scale", "x: float64[:], scale: float"),
        ("def f(x, i): return x[i] + x[i + 1]", "x: float64[:], i: int"),
        ("def f(x, flag):\n    if flag:\n        return x[0]\n    return x[1]", "x: float64[:], flag: bool"),
        ("def f(x, dtype=np.float32): return x[0].astype(dtype)", "x: float64[:], dtype: <class 'numpy.float32'>"),
        ("def f(theta): return math.sin(theta)", "theta: float"),
        ("def f(self, x): return x[0]", "self: an argument that is not used, x: float64[:]"),
        ("def f(x, lo, hi): return np.clip(x, lo, hi).mean(axis=1)", "x: float64[:, :], lo: float, hi: float"),
        ("def f(x, k): return np.roll(x[0], k)", "x: float64[:], k: int"),
        (
            "def f(xs, ys):\n    t = 0.0\n    for a, b in zip(xs, ys):\n        t += a * b\n    return t",
            "xs: float64[:], ys: float64[:]",
        ),
        (
            "def f(x, out=None):\n    if out is None:\n        out = np.zeros(3)\n    return out * x[0]",
            "x: float64[:], out: None",
        ),
        ("def f(x: np.ndarray, z: float): return x[:, 0] * z", "x: float64[:, :], z: float"),
        ('def f(x: "float32[:]", y): return x[1:] * y[1:]', "x: float32[:], y: float64[:]"),
    ],
)
def test_types_from_use(function, expected):
    assert types(function) == expected


def test_helpers_count_as_use():
    assert types("def inner(a, k): return a[:, k]\n\ndef f(x, j): return inner(x, j)") == "x: float64[:, :], j: int"


def test_what_was_assumed_is_said():
    (note,) = inferred("def f(x, s: float): return x[:, 0] * s").diagnostics
    assert (note.code, note.severity) == ("MDSL210", "note")
    assert note.message == "`x` is taken for float64[:, :]"
    assert note.notes == ("the rank from `x[:, 0]` in line 3",)
    assert (note.span.line, note.span.column) == (3, 7)


def test_annotations_that_say_all_leave_nothing_to_assume():
    assert inferred('def f(x: "float32[:]", s: float): return x * s').diagnostics == ()


@pytest.mark.parametrize(
    ("function", "column"),
    [
        ("def f(alpha): return np.exp(alpha)", 7),
        ("def f(a, größe): return a[0] + np.exp(np.exp(größe)).shape", 10),
        ("def f(x: np.ndarray): return np.exp(x)", 7),
    ],
)
def test_an_unknown_rank_is_an_error_at_the_parameter(function, column):
    found = inferred(function)
    assert not found.complete
    (error,) = [d for d in found.diagnostics if d.severity == "error"]
    assert error.code == "MDSL204"
    assert (error.span.line, error.span.column) == (3, column)
    assert "float64[:, :]" in error.hints[0]
