"""Errors and concurrency: the last two paragraphs of docs/semantics.md."""

import os
import re
import stat
import subprocess
import sys
import textwrap
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest
from check_whole import check_right
from sentences import says

import mdsl


def added(a, b):
    return a + b


def multiplied(a, b):
    return a @ b


def put(a, b):
    a[:] = b


def item(a, k):
    return a[k] * 2


def part(a, low, high):
    return a[low:high] * 2


@says("What NumPy raises, mdsl raises")
@pytest.mark.parametrize("target", ["python", "numba"])
@pytest.mark.parametrize(
    ("function", "shapes"),
    [(added, ((3,), (4,))), (added, ((2, 3), (3, 2))), (multiplied, ((2, 3), (2, 3))), (put, ((3,), (4,)))],
)
def test_errors_are_numpys(function, shapes, target):
    compiled = mdsl.accelerate(function, target=target, cache=False)
    compiled(np.ones((3, 3)), np.ones((3, 3)))
    a, b = (np.ones(shape) for shape in shapes)
    with pytest.raises(ValueError) as mine:
        compiled(a, b)
    with pytest.raises(ValueError) as theirs:
        function(a, b)
    assert str(mine.value) == str(theirs.value)


@says("Out-of-range integer indexing")
@pytest.mark.parametrize("target", ["python", "numba"])
def test_indices_out_of_range(target):
    a = np.arange(4.0)
    for k in (0, 3, -1, -4, 4, -5, 10**6):
        check_right(item, a, k, target=target)
    for low, high in ((0, 4), (1, 99), (-2, 9), (-99, 2), (3, 1), (9, 12)):
        check_right(part, a, low, high, target=target)


def fails_inside(a):
    print("once")
    return a * 2


@says("An internal failure of mdsl")
def test_an_internal_failure_is_not_the_users(monkeypatch, capsys):
    from mdsl.transpiler import transpile

    def broken(*args, **kwargs):
        raise AssertionError("a bug")

    monkeypatch.setattr(transpile, "transpile", broken)
    monkeypatch.delenv("MDSL_LOGS")
    compiled, a = mdsl.accelerate(fails_inside, target="python", cache=False), np.ones(3)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(3):
            np.testing.assert_array_equal(compiled(a), a * 2)
    assert capsys.readouterr().out == "once\n" * 3
    assert len([w for w in caught if "a bug" in str(w.message)]) == 1


def stores_then_raises(a, b):
    a[0] = 5.0
    for k in range(len(a)):
        if b[k] > 2:
            raise ValueError("too large")
        a[k] = b[k]


@says("After an exception, arrays hold")
@pytest.mark.parametrize("target", ["python", "numba"])
def test_arrays_after_an_exception(target):
    before, b = np.zeros(4), np.arange(4.0)
    mine, theirs = before.copy(), before.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for function, a in (
            (mdsl.accelerate(stores_then_raises, target=target, cache=False), mine),
            (stores_then_raises, theirs),
        ):
            with pytest.raises(ValueError, match="too large"):
                function(a, b)
    assert np.array_equal(mine, theirs) or np.array_equal(mine, before)


def busy(a):
    for _ in range(20):
        a = np.sqrt(a * a + 1.0)
    return a.sum()


@says("Safe to call from several threads")
def test_threads():
    compiled, results = mdsl.accelerate(busy, cache=False), []
    a = np.random.default_rng(0).random(50_000)
    start = threading.Barrier(6)

    def work():
        start.wait()
        results.append(compiled(a))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 6
    np.testing.assert_allclose(results, busy(a), rtol=1e-12)
    assert len(compiled.dispatcher.specialisations) == 1


SCRIPT = """
import sys
import numpy as np
from mdsl import accelerate

@accelerate
def f(a):
    return np.sqrt(a) * 3 + 1

a = np.arange(100.0)
assert np.allclose(f(a), np.sqrt(a) * 3 + 1)
print(f.last_report.file)
"""


@pytest.fixture
def processes(tmp_path):
    """Run the script in so many processes at once, with a cache of their own; the files that they ran."""
    script, cache = tmp_path / "script.py", tmp_path / "cache"
    script.write_text(textwrap.dedent(SCRIPT))

    def run(count):
        env = {**os.environ, "MDSL_CACHE_DIR": str(cache), "PYTHONWARNINGS": "error::UserWarning"}
        started = [
            subprocess.Popen(
                [sys.executable, script], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            for _ in range(count)
        ]
        outputs = [p.communicate(timeout=300) for p in started]
        assert [p.returncode for p in started] == [0] * count, outputs
        return [Path(out.strip()) for out, _ in outputs]

    run.cache = cache
    return run


@says("Two processes compiling the same function")
@says("A damaged or foreign cache entry is ignored")
@says("Generated code is written only below")
def test_the_cache_between_processes(processes):
    files = processes(2)
    assert all(processes.cache in file.parents for file in files)
    for path in (processes.cache, *processes.cache.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o022 == 0, path
    (kept,) = set(files)
    text = kept.read_text()
    kept.write_text(re.sub(r"3\.0", "4.0", text))  # somebody else's work
    processes(1)  # checks its result
    for path in processes.cache.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:20])
    processes(1)


@says("Generated code is written only below")
@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_nothing_is_executed_from_a_folder_of_others(processes):
    processes.cache.mkdir()
    processes.cache.chmod(0o777)
    for file in processes(1):
        assert stat.S_IMODE(file.parent.stat().st_mode) & 0o022 == 0
