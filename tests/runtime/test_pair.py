"""One kernel text, a serial and a parallel machine code, both found again by the next process."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from mdsl import runtime

MODULE = """
{pasted}

import numpy as np
from numba import prange


def _scale(a, c, out):
    for i in prange(a.shape[0]):
        out[i] = a[i] / c


_scale_serial, _scale_parallel = compile_pair(_scale)
"""

RUN = """
import json
import numpy as np
import generated as g

a = np.arange(1000.0)
ok = []
for f in (g._scale_serial, g._scale_parallel):
    out = np.empty_like(a)
    f(a, 4.0, out)
    ok.append(bool(np.array_equal(out, a / 4)))
print(json.dumps(dict(
    ok=ok,
    hits=[sum(f.stats.cache_hits.values()) for f in (g._scale_serial, g._scale_parallel)],
    misses=[sum(f.stats.cache_misses.values()) for f in (g._scale_serial, g._scale_parallel)],
)))
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "generated.py").write_text(MODULE.format(pasted=runtime.source("compile_pair")))
    return tmp_path


def run(folder, code):
    result = subprocess.run([sys.executable, "-c", code], check=False, cwd=folder, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_both_are_right_and_the_second_process_compiles_nothing(folder):
    assert run(folder, RUN) == {"ok": [True, True], "hits": [0, 0], "misses": [1, 1]}
    assert run(folder, RUN) == {"ok": [True, True], "hits": [1, 1], "misses": [0, 0]}
    indices = sorted(path.name.split("-")[0] for path in (folder / "__pycache__").glob("*.nbi"))
    assert indices == ["generated._scale", "generated._scale_parallel"]


def test_only_the_parallel_one_holds_parallel_code(folder):
    code = """
import json
import numpy as np
import generated as g
a = np.arange(10.0)
for f in (g._scale_serial, g._scale_parallel):
    f(a, 4.0, a.copy())
print(json.dumps(["do_scheduling" in f.inspect_llvm(f.signatures[0]) for f in (g._scale_serial, g._scale_parallel)]))
"""
    assert run(folder, code) == [False, True]


def test_division_by_zero_does_not_raise(folder):
    code = """
import json
import numpy as np
import generated as g
out = np.empty(2)
g._scale_serial(np.array([1.0, 0.0]), 0.0, out)
print(json.dumps([str(x) for x in out]))
"""
    assert run(folder, code) == ["inf", "nan"]


def test_nothing_compiles_before_it_is_called(folder):
    code = """
import json
import generated as g
print(json.dumps([len(g._scale_serial.signatures), len(g._scale_parallel.signatures)]))
"""
    assert run(folder, code) == [0, 0]
