"""Does the CUDA target give NumPy's results in numba-cuda's simulator, and does every kernel compile for a GPU?

Neither needs a GPU. The simulator is chosen when numba is imported, so it runs in a process of its own.
"""

from __future__ import annotations

import importlib.util
import inspect
import json
import os
import subprocess
import sys
from pathlib import Path

import cuda_programs
import numpy as np
import pytest

import mdsl
from mdsl.targets.cuda import CudaTarget, compile_ptx
from mdsl.transpiler.diagnostics import MdslError
from mdsl.transpiler.signature import signature_of
from mdsl.transpiler.source import function_source
from mdsl.transpiler.transpile import transpile

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("numba_cuda") is None, reason="numba-cuda is not installed: pip install mdsl[cuda]"
)
CASES = {name: (function, arguments) for name, function, arguments in cuda_programs.cases()}
EXAMPLES = {name: (function, arguments) for name, function, arguments in cuda_programs.examples()}


def module_of(function, arguments):
    names = list(inspect.signature(function).parameters)
    artifact = transpile(function_source(function), signature_of(names, arguments), "cuda")
    return artifact.module


@pytest.fixture(scope="module")
def simulated():
    script = Path(cuda_programs.__file__)
    environment = os.environ | {"NUMBA_ENABLE_CUDASIM": "1"}
    done = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", CASES)
def test_simulated_results_are_numpys(simulated, name):
    assert simulated[name] == ["full", ""]


@pytest.mark.parametrize("name", [*CASES, *EXAMPLES])
def test_every_kernel_compiles_to_ptx(name):
    module = module_of(*(CASES | EXAMPLES)[name])
    if module is None:
        pytest.skip("a part of it runs on the host: the parts are other cases")
    texts = compile_ptx(module, (9, 0))
    assert texts.keys() == {kernel for kernel, _ in module.kernels}
    assert all(".target sm_90" in text and ".entry" in text for text in texts.values())


def test_a_chain_is_one_launch_and_its_temporary_no_memory():
    module = module_of(*CASES["chain"])
    assert len(module.kernels) == 1
    assert module.text.count("cuda.device_array") == 1


def test_arrays_stay_on_the_device_between_the_steps_of_a_loop():
    text = module_of(*CASES["stencil"]).text
    loop = text[text.index("for _ in range(steps)") :]
    body = loop[: loop.index("\n    return")]
    assert "[" in body
    assert "to_device" not in body
    assert "copy_to_host" not in body


def test_a_loop_that_reads_what_it_wrote_is_no_parallel_map():
    def running(x):
        for k in range(1, len(x)):
            x[k] += x[k - 1]

    module = module_of(running, (np.ones(9),))
    kernels = module.text[: module.text.index("def running(")]
    assert "for k in range(" in kernels


def test_without_a_gpu_the_original_runs_and_says_so():
    if CudaTarget().unavailable() is None:
        pytest.skip("this machine has a GPU")
    function, arguments = CASES["softmax"]
    compiled = mdsl.accelerate(function, target="cuda", cache=False)
    with pytest.warns(mdsl.MdslWarning, match="no CUDA device"):
        result = compiled(*arguments)
    assert np.array_equal(result, function(*arguments))
    assert compiled.last_report.status == "none"


def test_without_a_gpu_and_fallback_the_call_is_refused():
    if CudaTarget().unavailable() is None:
        pytest.skip("this machine has a GPU")
    function, arguments = CASES["softmax"]
    with pytest.raises(MdslError, match="MDSL5"):
        mdsl.accelerate(function, target="cuda", cache=False, fallback=False)(*arguments)
