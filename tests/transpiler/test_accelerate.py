"""What does a decorated function promise: signatures, fallback, reports, tracebacks, the cache between processes?"""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import threading
import traceback
import warnings

import numpy as np
import pytest

from mdsl import MdslError, MdslWarning, accelerate

RNG = np.random.default_rng(5)


def scaled(u, s=2.0):
    t = np.sqrt(u) * s
    return t + 1


@accelerate(target="python", cache=False)
def module_level(u):
    return u * 2 + 1


def python(function):
    return accelerate(function, target="python", cache=False)


# -- how it is applied


def test_bare_and_with_options_and_metadata():
    for compiled in (accelerate(scaled), accelerate(target="python")(scaled), accelerate(parallel=False)(scaled)):
        assert compiled.__name__ == "scaled"
        assert compiled.__wrapped__ is scaled
        assert compiled.py_func is scaled
        assert compiled.last_report is None


def test_what_cannot_be_decorated():
    with pytest.raises(TypeError, match="Python function"):
        accelerate(np.sin)
    with pytest.raises(ValueError, match="known are"):
        accelerate(target="fortran")(scaled)


def test_defaults_and_keywords():
    compiled, u = python(scaled), RNG.random(4)
    np.testing.assert_array_equal(compiled(u), scaled(u))
    np.testing.assert_array_equal(compiled(s=3.0, u=u), scaled(u, 3.0))
    np.testing.assert_array_equal(compiled(u, s=1), scaled(u, 1))


@pytest.mark.parametrize("arguments", [(), (1, 2, 3), ()])
def test_wrong_arguments_raise_as_the_original_does(arguments):
    with pytest.raises(TypeError) as ours:
        python(scaled)(*arguments)
    with pytest.raises(TypeError) as theirs:
        scaled(*arguments)
    assert str(ours.value) == str(theirs.value)


def test_methods_static_and_class_methods():
    class Model:
        factor = 3.0

        @python
        def method(self, u):
            return u * 2

        @staticmethod
        @python
        def static(u):
            return u + 1

        @classmethod
        def make(cls, u):
            return cls.static(u)

    model, u = Model(), RNG.random(3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MdslWarning)
        np.testing.assert_array_equal(model.method(u), u * 2)
    np.testing.assert_array_equal(model.static(u), u + 1)
    np.testing.assert_array_equal(Model.make(u), u + 1)


def test_a_decorated_function_is_pickled_by_name():
    again = pickle.loads(pickle.dumps(module_level))
    np.testing.assert_array_equal(again(np.ones(3)), np.full(3, 3.0))


def test_generators_and_coroutines_are_what_they_were():
    @python
    def numbers(n):
        yield from range(n)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MdslWarning)
        assert list(numbers(3)) == [0, 1, 2]


# -- signatures


def test_one_specialisation_for_each_kind_of_argument():
    compiled = python(scaled)
    for u in (np.ones(3), np.ones(5), np.ones(3, np.float32), np.ones((2, 3)), np.ones(6)[::2]):
        value = compiled(u)
        assert value.dtype == scaled(u).dtype
        np.testing.assert_array_equal(value, scaled(u))
    # sizes make none; dtype, rank and layout do
    assert len(compiled.dispatcher.specialisations) == 4


def test_a_constant_that_changes_is_seen():
    space = {"np": np}
    source = "def f(u):\n    return u * FACTOR\n"
    import linecache

    linecache.cache["<factor>"] = (len(source), None, source.splitlines(True), "<factor>")
    exec(compile(source, "<factor>", "exec"), space)
    compiled = python(space["f"])
    for factor in (2.0, 3.0, 5):
        space["FACTOR"] = factor
        np.testing.assert_array_equal(compiled(np.ones(2)), np.full(2, float(factor)))


def test_a_closure_that_changes_is_seen():
    def make():
        factor = 1.0

        def change(to):
            nonlocal factor
            factor = to

        def f(u):
            return u * factor

        return change, f

    change, f = make()
    compiled = python(f)
    assert compiled(np.ones(1))[0] == 1.0
    change(4.0)
    assert compiled(np.ones(1))[0] == 4.0


EXOTIC = {
    "Fortran order": np.asfortranarray(RNG.random((4, 3))),
    "negative strides": RNG.random((4, 3))[::-1, ::-1],
    "every other": RNG.random((8, 3))[::2],
    "broadcast": np.broadcast_to(RNG.random(3), (4, 3)),
    "rank 0": np.array(2.0),
    "empty": np.empty((0, 3)),
    "read-only": RNG.random((4, 3)),
    "float16": RNG.random((4, 3)).astype(np.float16),
    "big-endian": RNG.random((4, 3)).astype(">f8"),
    "longdouble": RNG.random((4, 3)).astype(np.longdouble),
    "object": np.array([[1.5, 2], [3, 4]], dtype=object),
    "masked": np.ma.masked_array(RNG.random((4, 3)), mask=np.eye(4, 3, dtype=bool)),
    "matrix": np.matrix(RNG.random((3, 3))),
    "list": [1.0, 4.0],
    "int": 4,
    "bool": True,
    "NumPy scalar": np.float32(2.5),
    "structured view": np.zeros(4, dtype=[("x", "f8"), ("y", "f8")])["x"],
}
EXOTIC["read-only"].flags.writeable = False


@pytest.mark.filterwarnings("ignore::mdsl.MdslWarning")
@pytest.mark.parametrize("name", EXOTIC)
def test_exotic_arguments_give_what_numpy_gives(name):
    def f(u):
        return np.multiply(u, 2) + 1

    argument = EXOTIC[name]
    expected, got = f(copy.copy(argument)), python(f)(copy.copy(argument))
    assert type(got) is type(expected)
    assert np.asarray(got).dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(got, expected)


# -- aliasing


@pytest.mark.parametrize("overlap", ["same", "shifted", "reversed", "apart"])
def test_overlapping_arguments(overlap):
    def f(a, b):
        a[1:] = b[:-1] + a[:-1]
        b[0] = a[-1]

    def arguments():
        base = np.arange(12.0)
        other = {"same": base[:8], "shifted": base[2:10], "reversed": base[7::-1], "apart": base[:8].copy()}[overlap]
        return base, base[:8], other

    ours, theirs = arguments(), arguments()
    python(f)(*ours[1:])
    f(*theirs[1:])
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one, other)


# -- what is not compiled


def unknown(u):
    return np.array([str(x) for x in u.tolist()])


def test_one_warning_for_each_signature():
    compiled = python(unknown)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for u in (np.ones(2), np.zeros(3), np.ones(2, np.int8), np.ones(2)):
            np.testing.assert_array_equal(compiled(u), unknown(u))
    said = [w for w in caught if issubclass(w.category, MdslWarning)]
    assert len(said) == 2
    assert "MDSL3" in str(said[0].message)
    assert "test_accelerate.py" in str(said[0].message)
    assert compiled.last_report.status == "none"


def test_without_fallback_it_is_an_error_with_a_position():
    with pytest.raises(MdslError) as refused:
        accelerate(unknown, fallback=False, cache=False)(np.ones(2))
    (diagnostic,) = refused.value.diagnostics
    assert diagnostic.code.startswith("MDSL3")
    assert diagnostic.span is not None
    assert diagnostic.span.file == __file__
    assert diagnostic.span.line == unknown.__code__.co_firstlineno + 1


def test_statements_that_are_not_understood_run_between_compiled_parts():
    log = []

    def f(u):
        a = np.exp(u) * 2
        log.append(float(a[0]))
        b = a / a.sum()
        log.append("done")
        return b

    compiled, u = python(f), RNG.random(5)
    with pytest.warns(MdslWarning, match="in part"):
        value = compiled(u)
    assert compiled.last_report.status == "partial"
    said = log.copy()
    log.clear()
    np.testing.assert_allclose(value, f(u), rtol=1e-15)
    assert said == log


def test_a_part_without_arithmetic_on_arrays_is_left_to_numpy():
    log = []

    def f(u, n):
        width = int(n * 0.5) + 1
        ends = np.zeros(width)
        log.append(width)
        return np.exp(u[:width]) * 2 + ends

    compiled, u = accelerate(f, cache=False), RNG.random(5)
    with pytest.warns(MdslWarning, match="in part"):
        np.testing.assert_allclose(compiled(u, 5), f(u, 5), rtol=1e-15)
    before, behind = compiled.dispatcher.parts
    assert [d.code for d in before.entry.function.last_report.diagnostics] == ["MDSL313"]
    assert behind.entry.function.last_report.status == "full"


def test_an_internal_failure_is_never_the_callers(monkeypatch):
    import mdsl.passes.pipeline

    def broken(program, ctx):
        raise ZeroDivisionError("injected")

    monkeypatch.setattr("mdsl.transpiler.transpile.ARRAY", (broken, *mdsl.passes.pipeline.ARRAY))
    monkeypatch.delenv("MDSL_LOGS")
    compiled, u = python(scaled), RNG.random(3)
    with pytest.warns(MdslWarning, match="MDSL900"):
        np.testing.assert_array_equal(compiled(u), scaled(u))
    with pytest.raises(ZeroDivisionError, match="injected"):
        accelerate(scaled, target="python", cache=False, fallback=False)(u)


# -- errors are NumPy's


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (lambda a, b: a + b, (np.ones(3), np.ones(4))),
        (lambda a, k: a[k], (np.ones(3), 5)),
        (lambda a, k: a[k], (np.ones(3), -4)),
        (lambda a, k: np.full(k, 1.0) + a, (np.ones(3), -1)),
        (lambda a, b: a @ b, (np.ones((2, 3)), np.ones((2, 3)))),
        (lambda a, k: 1 / k, (np.ones(3), 0)),
        (lambda a, b: a.reshape(b), (np.ones(6), (4, 2))),
        (lambda a, b: a.sum(axis=b), (np.ones(6), 3)),
        (lambda a, b: np.concatenate([a, b]), (np.ones((2, 3)), np.ones((2, 4)))),
    ],
)
@pytest.mark.filterwarnings("ignore::mdsl.MdslWarning")
def test_exceptions_are_numpys(function, arguments):
    with pytest.raises(Exception) as theirs:
        function(*arguments)
    with pytest.raises(type(theirs.value)) as ours:
        python(function)(*arguments)
    assert str(ours.value) == str(theirs.value)


def test_errstate_is_honoured():
    def f(a):
        return 1.0 / a

    compiled = python(f)
    with np.errstate(divide="raise"), pytest.raises(FloatingPointError):
        compiled(np.zeros(2))
    with np.errstate(divide="ignore"):
        assert np.isinf(compiled(np.zeros(2))).all()


# -- reports


def test_explain_compiles_and_does_not_run():
    def f(u):
        u[0] = 7.0
        return u.sum()

    compiled, u = python(f), np.zeros(3)
    report = compiled.explain(u)
    assert u[0] == 0.0
    assert report.status == "full"
    assert report.diagnostics == ()
    assert "def f(u):" in report.source
    assert [step.name for step in report.steps][:2] == ["lift", "forward"]
    assert compiled.last_report is None
    compiled(u)
    assert compiled.last_report.status == "full"


def test_a_traceback_goes_through_the_generated_file():
    def f(a, k):
        total = a.sum()
        return total + a[k]

    compiled = accelerate(f, cache=False)
    compiled(np.ones(3), 1)
    path = compiled.last_report.file
    with open(path, encoding="utf-8") as file:
        assert file.read() == compiled.last_report.source

    def g(a, n):
        assert n > 2, "too few"
        return a * n

    compiled = accelerate(g, target="python", cache=False)
    try:
        for n in (3, 1):
            compiled(np.ones(2), float(n))
    except AssertionError as error:
        assert str(error) == "too few"
        frames = traceback.extract_tb(error.__traceback__)
        assert frames[-1].filename == compiled.last_report.file or frames[-1].filename == __file__
        assert frames[-1].line  # the text of the line can be shown
    else:
        pytest.fail("the assertion of the original did not fail")


# -- threads and processes


def test_first_calls_from_several_threads_at_once():
    compiled, u = python(scaled), RNG.random(50)
    expected, results = scaled(u), []
    start = threading.Barrier(6)

    def work():
        start.wait()
        for _ in range(5):
            results.append(compiled(u))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 30
    assert all(np.array_equal(result, expected) for result in results)
    assert len(compiled.dispatcher.specialisations) == 1


PROGRAM = """\
import sys, time
import numpy as np
from mdsl import accelerate

@accelerate
def f(u, v):
    t = np.exp(u) * v
    return t / t.sum()

import numba
from numba.core import event

class Count(event.Listener):
    compiled = 0
    def on_start(self, e):
        Count.compiled += 1
    def on_end(self, e):
        pass

event.register("numba:compile", Count())
u = np.linspace(0, 1, 100)
assert np.allclose(f(u, u), np.exp(u) * u / (np.exp(u) * u).sum())
loaded = [name for name in ("libcst", "mdsl.passes.fuse", "numba.np.linalg") if name in sys.modules]
print(Count.compiled, f.last_report.status, *loaded)
"""


def output_of(script, folder):
    """The words that a program prints in a process of its own, which has its caches in that folder."""
    environment = {"PATH": "/usr/bin:/bin", "MDSL_CACHE_DIR": str(folder / "cache"), "HOME": str(folder)}
    done = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_the_second_process_compiles_nothing(tmp_path):
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)

    def run():
        compiled, status, *loaded = output_of(script, tmp_path)
        return int(compiled), status, loaded

    first = run()
    assert first[0] > 0
    assert first[1] == "full"
    assert run() == (0, "full", [])  # neither the compiler nor what Numba's needs is loaded

    # another text is another function, whatever the cache holds
    script.write_text(
        PROGRAM.replace("np.exp(u) * v", "np.exp(u) * v + 1").replace("np.exp(u) * u", "(np.exp(u) * u + 1)")
    )
    assert run()[0] > 0


REFUSALS = """\
import sys, warnings
import numpy as np
from mdsl import accelerate

warnings.simplefilter("ignore")

@accelerate
def along(u, axis):  # general code is refused, that for the axis is made
    return np.sqrt(u).sum(axis=axis)

@accelerate
def in_parts(u):
    t = np.sqrt(u) + u * u - u
    names = {k: str(k) for k in {1, 2}}
    return t * 2.0 + u * t - len(names)

@accelerate
def refused(u):
    return {k: str(k) for k in {1, 2}}

u = np.arange(12.0).reshape(3, 4)
assert np.allclose(along(u, 1), np.sqrt(u).sum(axis=1))
t = np.sqrt(u) + u * u - u
assert np.allclose(in_parts(u), t * 2.0 + u * t - 2)
assert refused(u) == {1: "1", 2: "2"}
statuses = [f.last_report.status for f in (along, in_parts, refused)]
print("mdsl.transpiler.transpile" in sys.modules, *statuses)
"""


def test_the_second_process_knows_what_was_refused(tmp_path):
    script = tmp_path / "program.py"
    script.write_text(REFUSALS)
    assert output_of(script, tmp_path) == ["True", "full", "partial", "none"]
    assert output_of(script, tmp_path) == ["False", "full", "partial", "none"]


# -- parameters of every kind


def test_keyword_only_parameters():
    def f(a, /, b, *, scale=2.0, shift):
        return (a + b) * scale + shift

    a, b = RNG.random(4), RNG.random(4)
    compiled = python(f)
    np.testing.assert_array_equal(compiled(a, b, shift=1.0), f(a, b, shift=1.0))
    np.testing.assert_array_equal(compiled(a, b=b, scale=3, shift=b), f(a, b=b, scale=3, shift=b))
    assert compiled.last_report.status == "full"
    with pytest.raises(TypeError, match="shift"):
        compiled(a, b)


def test_keyword_only_parameters_of_the_original_behind_a_guard():
    def f(a, *, b):
        return a + b

    compiled = python(f)
    compiled(np.ones(3), b=np.ones(3))
    with pytest.raises(ValueError, match="could not be broadcast"):
        compiled(np.ones(3), b=np.ones(4))
    np.testing.assert_array_equal(compiled(np.ones((2, 3)), b=np.ones(3)), np.full((2, 3), 2.0))


def test_keyword_only_parameters_of_a_function_in_parts():
    log = []

    def f(a, *, scale):
        b = np.exp(a) * scale
        log.append(len(log))
        return b + scale

    compiled, a = python(f), RNG.random(3)
    with pytest.warns(MdslWarning, match="in part"):
        np.testing.assert_allclose(compiled(a, scale=2.0), f(a, scale=2.0), rtol=1e-15)


def test_star_parameters_run_as_python_and_say_so_once():
    def f(*arrays, **options):
        return sum(arrays) * options.get("scale", 1)

    compiled = python(f)
    with pytest.warns(MdslWarning, match="star parameters"):
        np.testing.assert_array_equal(compiled(np.ones(2), np.ones(2), scale=3), np.full(2, 6.0))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compiled(np.ones(2))
    assert compiled.last_report.status == "none"
