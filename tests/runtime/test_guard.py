"""Parallel kernels neither abort nor hang, whatever threads and processes the caller uses."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from mdsl import runtime

MODULE = """
{pasted}

import numpy as np
from numba import prange

entered = []


def _scale(a, c, out):
    for i in prange(a.shape[0]):
        out[i] = a[i] * c


_scale_serial, _scale_parallel = compile_pair(_scale)


def scale(a, c):
    def parallel(*arguments):
        entered.append(1)
        _scale_parallel(*arguments)

    out = np.empty_like(a)
    run_parallel(_scale_serial, parallel, a, c, out)
    return out
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("guard")
    text = MODULE.format(pasted=runtime.sources(["run_parallel", "compile_pair"]))
    for name in ("generated", "another"):
        (folder / f"{name}.py").write_text(text)
    return folder


def run(folder, code, layer="default"):
    environment = os.environ | {"NUMBA_THREADING_LAYER": layer, "NUMBA_NUM_THREADS": "2"}
    command = [sys.executable, "-W", "ignore", "-c", code]
    result = subprocess.run(
        command, check=False, cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )
    assert result.returncode == 0, (result.returncode, result.stderr)
    return json.loads(result.stdout)


THREADS = """
import json, threading
import numpy as np
import generated as g, another

a = np.arange(100_000.0)
wrong = []
start = threading.Barrier(8)

def work(k):
    f = (g if k % 2 else another).scale
    start.wait()
    for _ in range(40):
        if not np.array_equal(f(a, k), a * k):
            wrong.append(k)

threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
for t in threads: t.start()
for t in threads: t.join()
print(json.dumps(dict(wrong=wrong, parallel=0 < len(g.entered) + len(another.entered) <= 320)))
"""


@pytest.mark.parametrize("layer", ["workqueue", "default"])
def test_many_threads_at_once(folder, layer):
    assert run(folder, THREADS, layer) == {"wrong": [], "parallel": True}


FORK = """
import json, multiprocessing
import numpy as np
import generated as g

a = np.arange(100_000.0)

def work(k):
    before = len(g.entered)
    right = np.array_equal(g.scale(a, k), a * k)
    return bool(right), len(g.entered) - before

if __name__ == "__main__":
    {before}
    with multiprocessing.get_context("fork").Pool(2) as pool:
        results = pool.map(work, range(6))
    print(json.dumps([all(right for right, _ in results), sum(entered for _, entered in results), work(3)]))
"""


@pytest.mark.parametrize("layer", ["workqueue", "default"])
def test_children_of_a_process_that_has_run_parallel_code_are_serial(folder, layer):
    assert run(folder, FORK.format(before="work(1)"), layer) == [True, 0, [True, 1]]


def test_children_of_a_process_that_has_not_may_be_parallel(folder):
    assert run(folder, FORK.format(before="pass")) == [True, 6, [True, 1]]


def spinning(folder, **environment):
    """What GNU OpenMP says of its spin count when Numba's parallel code has loaded it; None without that layer."""
    code = """
import os
import re
import numpy as np, generated, numba
generated.scale(np.ones(10), 2.0)
assert "GOMP_SPINCOUNT" not in os.environ or os.environ["GOMP_SPINCOUNT"] == "77"
print(numba.threading_layer())
"""
    environment = os.environ | {"OMP_DISPLAY_ENV": "verbose"} | environment
    result = subprocess.run(
        [sys.executable, "-c", code], check=True, cwd=folder, env=environment, capture_output=True, text=True
    )
    found = re.findall(r"GOMP_SPINCOUNT = '(\d+)'", result.stderr)
    return found[-1] if result.stdout.strip() == "omp" and found else None


def test_idle_threads_spin_for_a_bounded_time_unless_the_user_says_how(folder):
    if spinning(folder) is None:
        pytest.skip("Numba has no GNU OpenMP layer here")
    assert spinning(folder) == "2000"
    assert spinning(folder, GOMP_SPINCOUNT="77") == "77"
    assert int(spinning(folder, OMP_WAIT_POLICY="passive")) == 0


def test_an_exception_releases_the_lock(folder):
    code = """
import json
import generated as g

def broken():
    raise RuntimeError("as asked")

caught = 0
for _ in range(3):
    try:
        g.run_parallel(None, broken)
    except RuntimeError:
        caught += 1
print(caught)
"""
    assert run(folder, code) == 3


def test_a_parallel_kernel_that_numba_refuses_runs_serially(folder):
    code = """
import json
import warnings
import numpy as np
import generated as g
from numba import njit

@njit(parallel=True)
def refused(a, k):
    return a.no_such_method(k)

def serial(a, k):
    return a * k

with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    results = [g.run_parallel(serial, refused, np.ones(3), 2.0).tolist() for _ in range(3)]
print(json.dumps([results, len(told)]))
"""
    assert run(folder, code) == [[[2.0, 2.0, 2.0]] * 3, 1]


def test_a_parallel_kernel_that_numba_fails_on_runs_serially_and_one_that_raises_raises(folder):
    """What is raised before there is machine code says that nothing has run, whatever it is."""
    code = """
import json
import warnings
import numpy as np
import generated as g

class Kernel:
    def __init__(self, *signatures):
        self.signatures = signatures

    def __call__(self, a):
        raise AssertionError("key already in dictionary")

def serial(a):
    return a + 1

raised = False
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    first = g.run_parallel(serial, Kernel(), 1)
    try:
        g.run_parallel(serial, Kernel("int64"), 1)
    except AssertionError:
        raised = True
print(json.dumps([first, len(told), raised]))
"""
    assert run(folder, code) == [2, 1, True]
