"""Threads of mdsl's own: every chunk runs once, whoever is there to run it."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

pytest.importorskip("numba")
pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or platform.machine() not in ("x86_64", "aarch64"),
    reason="the pool is for Linux on x86-64 and AArch64",
)

KERNELS = """
import json, os, threading, time
import numba, numpy as np
from numba import prange
from mdsl.runtime import pool
from mdsl.runtime.pair import compile_pair


def count(a, times):
    for k in range(times):
        for i in prange(a.shape[0]):
            a[i] += 1 + k % 3


def rows(a, b, c):
    for i in prange(a.shape[0]):
        for j in range(a.shape[1]):
            a[i, j] = b[i, j] * c + i


def want(times):
    return sum(1 + k % 3 for k in range(times))


(_, count), (_, rows) = compile_pair(count, cache=False), compile_pair(rows, cache=False)
"""


def run(code: str, **environment: str) -> object:
    """What the last line that this code prints says, as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "script.py")  # whose source can be read
        script.write_text(KERNELS + code)
        result = subprocess.run(
            [sys.executable, str(script)],
            check=False,
            capture_output=True,
            text=True,
            env=os.environ | environment,
            timeout=300,
        )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


EVERYWHERE = """
right = []
for size in (0, 1, 2, 3, 7, 100, 5001):
    for times in (1, 2, 400):
        a = np.zeros(size)
        count(a, times)
        right.append(bool((a == want(times)).all()))
b = np.arange(12.0).reshape(3, 4)
a = np.empty((3, 4))
rows(a, b, 2.0)
right.append(bool(np.array_equal(a, b * 2.0 + np.arange(3)[:, None])))
print(json.dumps([all(right), pool._pool is not None]))
"""


@pytest.mark.parametrize("threads", ["1", "2", "5"])
def test_each_chunk_runs_once(threads):
    """With more threads than cores too, where most chunks are run by somebody else than their own thread."""
    right, pooled = run(EVERYWHERE, NUMBA_NUM_THREADS=threads)
    assert right
    assert pooled


def test_workers_that_sleep_are_woken():
    code = """
def workers_ran():
    stats = [open(f"/proc/self/task/{t}/stat").read().rsplit(")", 1)[1].split() for t in os.listdir("/proc/self/task")]
    return sum(int(fields[11]) > 0 for fields in stats) > 1

a = np.zeros(100_000)
total = 0
deadline = time.monotonic() + 60
for pause in (0.0, 0.01, 0.05, 0.0002) * 1000:
    time.sleep(pause)
    count(a, 50)
    total += want(50)
    if workers_ran() or time.monotonic() > deadline:  # the processor time of a thread is counted in steps of 10 ms
        break
print(json.dumps([bool((a == total).all()), workers_ran()]))
"""
    assert run(code, NUMBA_NUM_THREADS="2") == [True, True]


def test_threads_that_come_at_once_do_not_wait_for_each_other():
    code = """
def work(results, k):
    a = np.zeros(3000 + k)
    for _ in range(50):
        count(a, 20)
    results[k] = bool((a == 50 * want(20)).all())

count(np.zeros(4), 1)
results = {}
threads = [threading.Thread(target=work, args=(results, k)) for k in range(4)]
[t.start() for t in threads]
[t.join() for t in threads]
print(json.dumps(sorted(results.values())))
"""
    assert run(code, NUMBA_NUM_THREADS="3") == [True] * 4


def test_a_forked_child_runs_all_chunks_itself():
    code = """
count(np.zeros(1000), 10)
read, write = os.pipe()
child = os.fork()
if child == 0:
    a = np.zeros(1000)
    count(a, 10)
    os.write(write, json.dumps(bool((a == want(10)).all())).encode())
    os._exit(0)
os.waitpid(child, 0)
print(os.read(read, 100).decode())
"""
    assert run(code, NUMBA_NUM_THREADS="3") is True


def test_a_layer_that_the_user_chose_is_used():
    code = EVERYWHERE
    assert run(code, NUMBA_THREADING_LAYER="workqueue") == [True, False]


def test_a_cached_kernel_is_linked_with_the_pool_too(tmp_path):
    module = tmp_path / "kernels.py"
    module.write_text(
        "from numba import prange\nfrom mdsl.runtime.pair import compile_pair\n"
        "def _k(a):\n    for i in prange(a.shape[0]):\n        a[i] += 1.0\n"
        "serial, parallel = compile_pair(_k)\n"
    )
    code = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
import kernels
a = np.zeros(1000)
kernels.parallel(a)
kernels.serial(a)
hits = sum(kernels.parallel.dispatcher.stats.cache_hits.values())
print(json.dumps([bool((a == 2).all()), pool._pool is not None, hits]))
"""
    assert run(code) == [True, True, 0]
    assert run(code) == [True, True, 1]


def test_machines_without_a_pool_keep_numbas_threads(monkeypatch):
    from mdsl.runtime import pool

    monkeypatch.setattr(pool.sys, "platform", "darwin")
    assert not pool.possible()
    with pytest.raises(OSError, match="no pool for darwin"):
        pool.Pool(1)


def test_how_many_threads(monkeypatch):
    from mdsl.runtime import pool

    monkeypatch.delenv("MDSL_NUM_THREADS", raising=False)
    monkeypatch.setenv("NUMBA_NUM_THREADS", "7")
    assert pool.threads() == 7
    monkeypatch.setenv("MDSL_NUM_THREADS", "1")
    assert pool.threads() == 1
    monkeypatch.setenv("MDSL_NUM_THREADS", "100000")
    assert pool.threads() == len(os.sched_getaffinity(0))
