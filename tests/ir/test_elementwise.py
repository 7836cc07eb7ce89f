"""Each row of the elementwise family against NumPy's ufunc: on every loop, as Python and as Numba compiles it."""

from __future__ import annotations

import zlib
from functools import cache

import numpy as np
import pytest
from numba import njit, types
from numba.np import numpy_support

from mdsl import runtime
from mdsl.ir import loops as lp
from mdsl.ir.ops import Op, OpTable
from mdsl.ir.ops.elementwise import LEFT_TO_NUMPY, register
from mdsl.ir.print_loops import LoopPrinter
from mdsl.targets.numba import NumbaPrinter

UFUNCS = {f for f in vars(np).values() if isinstance(f, np.ufunc)}
#: float16 is not compiled; long double, dates and objects have no type in mdsl.
DTYPES = "?bBhHiIlLfdFD"
#: Which of 0.0 and -0.0 they give depends on the length of the array.
EXTREMA = ("minimum", "maximum", "fmin", "fmax")


def rows() -> OpTable:
    ops = OpTable()
    register(ops)
    return ops


ROWS = [op for op in rows() if op.ufunc is not None]


# -- what is tested: the loops of each ufunc ---------------------------------------------------------------------------


def loops_of(ufunc: np.ufunc) -> list[tuple[np.dtype, ...]]:
    """The dtypes of inputs and output of each loop that mdsl compiles.

    Comparisons of int64 with uint64, which Numba rounds to float64, are refused where they are lifted.
    """
    found = {}
    for signature in ufunc.types:
        inputs, outputs = signature.replace("q", "l").replace("Q", "L").split("->")
        if set(inputs + outputs) <= set(DTYPES) and set(inputs) != set("lL"):
            found[tuple(map(np.dtype, inputs + outputs))] = None
    return list(found)


def template_of(op: Op, dtypes: tuple[np.dtype, ...]) -> str | None:
    return op.template("py", dtypes[0])


CASES = [(op, dtypes) for op in ROWS for dtypes in loops_of(op.ufunc) if template_of(op, dtypes) is not None]
#: Numba widens all small integers alike: those of 8 bits stand for those of 16, which run as Python only.
COMPILED = [(op, dtypes) for op, dtypes in CASES if not {dtype.char for dtype in dtypes} & set("hH")]
GROUPS: dict[tuple[np.dtype, ...], list[tuple[Op, tuple[np.dtype, ...]]]] = {}
for case_op, case_dtypes in COMPILED:
    operands = case_dtypes[:-1] if len(case_dtypes) == 3 else case_dtypes[:1] * 2
    GROUPS.setdefault(operands, []).append((case_op, case_dtypes))


# -- on which values ---------------------------------------------------------------------------------------------------


@cache
def specials(dtype: np.dtype) -> np.ndarray:
    match dtype.kind:
        case "b":
            return np.array([False, True])
        case "i" | "u":
            info = np.iinfo(dtype)
            low = [info.min, info.min + 1, info.min // 2]
            values = [*low, *range(-5, 10), 12, 13, 31, 32, 33, 63, 64, 65, 97, info.max // 2, info.max - 1, info.max]
            return np.array(sorted({v for v in values if info.min <= v <= info.max}), dtype)
        case "f":
            info = np.finfo(dtype)
            values = [0, 0.3, 0.49999999999999994, 0.5, 1, 1.5, 2, 2.5, 3, 7, 10, 100.25, np.pi, np.e, 1e10, np.inf]
            values += [info.smallest_subnormal, 7 * info.smallest_subnormal, info.tiny, info.max, 2 / info.eps]
            values += [info.eps, 1 - info.epsneg, 1 + info.eps]
            return np.array([sign * value for value in values for sign in (1.0, -1.0)] + [np.nan], dtype)
        case _:
            parts = [0.0, -0.0, 1.0, -1.0, 0.3, -2.5, 1e-3, 1e30 if dtype.itemsize == 16 else 1e15]
            parts += [np.inf, -np.inf, np.nan]
            return np.array([complex(real, imag) for real in parts for imag in parts], dtype)


def drawn(op: Op, position: int, dtype: np.dtype, size: int) -> np.ndarray:
    rng = np.random.default_rng(zlib.crc32(f"{op.name} {position} {dtype}".encode()))
    if op.domain is not None and dtype.kind == "f":
        return op.domain(rng, dtype, size)
    match dtype.kind:
        case "b":
            return rng.integers(0, 2, size).astype(bool)
        case "i" | "u":
            info = np.iinfo(dtype)
            numbers = rng.integers(info.min, info.max, size, dtype, endpoint=True)
            return numbers >> rng.integers(0, info.bits, size).astype(dtype)
        case "f":
            return (rng.normal(size=size) * 10.0 ** rng.integers(-4, 5, size)).astype(dtype)
        case _:
            parts = rng.normal(size=(size, 2)) * 10.0 ** rng.integers(-3, 3, (size, 2))
            return parts.view(complex).ravel().astype(dtype)


def operands_of(op: Op, dtypes: tuple[np.dtype, ...], random: int = 300) -> tuple[np.ndarray, ...]:
    """Every pair of special values, and random ones. Integer powers get exponents that do not raise."""
    inputs = dtypes[:-1]
    grid = np.meshgrid(*map(specials, inputs), indexing="ij")
    values = [np.concatenate([grid[k].ravel(), drawn(op, k, dtype, random)]) for k, dtype in enumerate(inputs)]
    if op.name == "power" and inputs[1].kind == "i":
        values[1] = values[1] & np.array(np.iinfo(inputs[1]).max, inputs[1])
    return tuple(values)


# -- the code that the targets print -----------------------------------------------------------------------------------


def printed(printer: LoopPrinter, op: Op, dtypes: tuple[np.dtype, ...]) -> str:
    return printer.operation(op, tuple(lp.Var(f"x{k}", d) for k, d in enumerate(dtypes[:-1])), dtypes[-1])


def as_python(op: Op, dtypes: tuple[np.dtype, ...], values: tuple[np.ndarray, ...]) -> np.ndarray:
    printer = LoopPrinter()
    text = f"def f({', '.join(f'x{k}' for k in range(len(values)))}):\n    return {printed(printer, op, dtypes)}\n"
    namespace = {"np": np}
    exec(f"{runtime.sources(printer.requires, 'python')}\n{text}", namespace)
    with np.errstate(all="ignore"):
        results = [namespace["f"](*scalars) for scalars in zip(*values, strict=True)]
    wrong = {type(r) for r in results} - {dtypes[-1].type, {"b": bool}.get(dtypes[-1].kind)}
    assert not wrong, f"{text}gives {wrong}"
    return np.array(results, dtypes[-1])


@cache
def compiled(operands: tuple[np.dtype, ...]):
    """One function with a loop for each operation on these operands, and the text of each."""
    printer = NumbaPrinter()
    lines, texts = ["def kernel(inputs, outputs):"], []
    for k, (op, dtypes) in enumerate(GROUPS[operands]):
        arguments = [f"x{j}" for j in range(len(dtypes) - 1)]
        texts.append(printed(printer, op, dtypes))
        lines.append(f"    a{k}, r{k} = inputs[{k}], outputs[{k}]")
        lines.append(f"    for i in range(r{k}.size):")
        lines += [f"        {x} = a{k}[{j}][i]" for j, x in enumerate(arguments)]
        lines += [f"        y{k} = {texts[-1]}", f"        r{k}[i] = y{k}"]
    source = f"{runtime.sources(printer.requires)}\n\nimport numpy as np\n\n" + "\n".join(lines)
    namespace: dict = {"__name__": "kernels"}
    exec(compile(source, "<kernels>", "exec"), namespace)
    return njit(namespace["kernel"], error_model="numpy"), texts


@cache
def computed(operands: tuple[np.dtype, ...]):
    """The inputs of the compiled kernel, its results, the Numba type of each before it is stored, and the texts."""
    kernel, texts = compiled(operands)
    cases = GROUPS[operands]
    inputs = tuple(operands_of(op, dtypes) for op, dtypes in cases)
    outputs = tuple(np.empty(x[0].shape, dtypes[-1]) for x, (_, dtypes) in zip(inputs, cases, strict=True))
    kernel(inputs, outputs)
    typemap = kernel.overloads[kernel.signatures[0]].type_annotation.typemap
    found = [{t for name, t in typemap.items() if name.split(".")[0] == f"y{k}"} for k in range(len(cases))]
    return inputs, outputs, found, texts


# -- how close ---------------------------------------------------------------------------------------------------------


def ordered(x: np.ndarray) -> np.ndarray:
    """Floats as integers in the same order, so that a difference counts units in the last place."""
    bits = x.view(f"i{x.dtype.itemsize}").astype(object)
    return np.where(bits < 0, -(2 ** (8 * x.dtype.itemsize - 1)) - bits, bits)


def differs(actual: np.ndarray, expected: np.ndarray, ulp: float) -> np.ndarray:
    """Where a result is not the expected one. NaN is NaN whatever its bits; 0.0 is not -0.0 where ulp is 0."""
    if expected.dtype.kind not in "fc":
        return actual != expected
    if expected.dtype.kind == "c":
        parts = [differs(np.ascontiguousarray(a), np.ascontiguousarray(e), 0)
                 for a, e in ((actual.real, expected.real), (actual.imag, expected.imag))]  # fmt: skip
        with np.errstate(all="ignore"):
            info = np.finfo(expected.dtype)
            scale = np.maximum(np.abs(expected) * info.eps, info.smallest_subnormal)
            near = np.isfinite(expected) & (np.abs(actual - expected) <= ulp * scale)
        return (parts[0] | parts[1]) & ~near
    nan = np.isnan(expected)
    if ulp == 0:
        same = (actual == expected) & (np.signbit(actual) == np.signbit(expected))
        return np.where(nan, ~np.isnan(actual), ~same)
    off = np.zeros(expected.shape, bool)
    finite = np.isfinite(expected)
    off[~finite] = ~((actual == expected) | (np.isnan(actual) & nan))[~finite]
    off[finite] = np.abs(ordered(actual[finite]) - ordered(expected[finite])) > ulp
    return off


def check(op: Op, dtypes: tuple[np.dtype, ...], values, actual, text: str) -> None:
    with np.errstate(all="ignore"):
        expected = op.ufunc(*values)
    assert expected.dtype == dtypes[-1] == actual.dtype
    # NumPy fuses the products of complex numbers on some processors, and takes their absolute values in two ways
    ulp = max(op.ulp, 4.0) if dtypes[0].kind == "c" else op.ulp
    if op.name in EXTREMA:
        ulp = 0.5
    wrong = differs(actual, expected, ulp)
    examples = [(*(v[k] for v in values), actual[k], expected[k]) for k in np.flatnonzero(wrong)[:8]]
    assert not wrong.any(), f"`{text}` differs {wrong.sum()} times of {wrong.size}: " + "\n".join(map(str, examples))


def label(case) -> str:
    op, dtypes = case
    return f"{op.name}-{'-'.join(map(str, dtypes[:-1]))}"


@pytest.mark.parametrize("case", CASES, ids=label)
def test_as_python(case):
    op, dtypes = case
    values = operands_of(op, dtypes, random=20)
    if len(values[0]) > 400:
        rng = np.random.default_rng(1)
        pick = rng.integers(0, len(values[0]), 400)
        values = tuple(v[pick] for v in values)
    check(op, dtypes, values, as_python(op, dtypes, values), template_of(op, dtypes))


@pytest.mark.parametrize("case", COMPILED, ids=label)
def test_as_numba_compiles_it(case):
    op, dtypes = case
    operands = dtypes[:-1] if len(dtypes) == 3 else dtypes[:1] * 2
    inputs, outputs, found, texts = computed(operands)
    k = GROUPS[operands].index(case)
    check(op, dtypes, inputs[k], outputs[k], texts[k])
    # the type matters where the result is an operand of the next operation
    expected = numpy_support.from_dtype(dtypes[-1])
    assert {types.unliteral(t) for t in found[k]} == {expected}, f"`{texts[k]}` has type {found[k]}"


def test_every_ufunc_has_a_row_or_a_reason():
    """Fails when NumPy adds one."""
    assert {op.name for op in ROWS} | set(LEFT_TO_NUMPY) == {ufunc.__name__ for ufunc in UFUNCS}
    assert not {op.name for op in ROWS} & set(LEFT_TO_NUMPY)


def test_every_loop_has_a_template_or_a_reason():
    without = {op.name for op in ROWS for dtypes in loops_of(op.ufunc) if template_of(op, dtypes) is None}
    assert without == {op.name for op in ROWS if "py" in op.unsupported}


def test_a_row_requires_what_its_templates_call():
    for op in ROWS:
        codes = [code for table in op.scalar.values() for code in table.values()]
        assert all(any(f"{name}(" in code for code in codes) for name in op.requires), op.name
        assert set(op.requires) <= set(runtime.names()), op.name
