"""Target `cuda`: numba-cuda kernels, one launch for each fused nest, data on the device between them."""

from __future__ import annotations

from typing import Any

from ..ir import array as arr
from ..ir import loops as lp
from ..passes.context import Context
from ..passes.dependence import effects
from .base import Module, argument_names, door
from .cuda_nodes import Plan
from .cuda_plan import plan
from .cuda_print import DriverPrinter, KernelPrinter, array_results


class CudaTarget:
    """Prints a module that imports numpy and numba.cuda. Printing needs no GPU, and neither does `compile_ptx`."""

    name = "cuda"
    level = "loops"
    requires: tuple[str, ...] = ("numba-cuda",)

    def emit(self, program: arr.Program | lp.Program, ctx: Context) -> Module:
        """Kernels and the function that launches them. Raises ValueError with the reason for what a GPU cannot run."""
        assert isinstance(program, lp.Program)
        planned = plan(program, ctx)
        printer = KernelPrinter()
        decorator = "@cuda.jit(fastmath=True)" if ctx.options.fastmath else "@cuda.jit"
        kernels = [printer.kernel(kernel, decorator) for kernel in planned.kernels]
        driver = DriverPrinter(planned, _arrays(program, planned))
        below = driver.text(planned.body)
        head = f"def {program.name}({', '.join(argument_names(program))}):"
        body = "\n\n\n".join([*kernels, "\n".join([head, *("    " + line for line in door(program)), *below])])
        imports = ["import numpy as np", "from numba import cuda"]
        if "math." in body:
            imports.insert(0, "import math")
        types = tuple((kernel.name, kernel.types) for kernel in planned.kernels)
        return Module(program.name, tuple(imports), (*printer.requires, *driver.requires), body, "cuda", types)

    def unavailable(self) -> tuple[str, str] | None:
        """Why this machine cannot run the target, and what helps; None where it can."""
        from importlib.util import find_spec

        if find_spec("numba_cuda") is None:
            return "numba-cuda is not installed", "pip install mdsl[cuda]"
        from numba import cuda

        if not cuda.is_available():
            return "no CUDA device was found", "`numba -s` says what is missing; NUMBA_ENABLE_CUDASIM=1 simulates one"
        return None


def _arrays(program: lp.Program, planned: Plan) -> tuple[str, ...]:
    """The array parameters that kernels or elements read by the host need on the device."""
    used = {name for kernel in planned.kernels for name in kernel.params}
    for stmt in lp.statements(planned.body):
        used |= {a.name for a in effects(stmt).accesses if not a.is_scalar}
        if isinstance(stmt, lp.Pointer):
            used.add(stmt.source)
        if isinstance(stmt, lp.Return):
            used |= {buffer for buffer, _ in array_results(stmt.value)}
    return tuple(p.name for p in program.params if p.type.kind == "array" and p.name in used)


def kernel_types(module: Module | tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, tuple[Any, ...]]:
    """Numba's types of each kernel's parameters, with arrays in C order."""
    from numba.cuda import types
    from numba.cuda.np.numpy_support import from_dtype

    def numba_type(text: str) -> Any:
        import numpy as np

        dtype, *rank = text.split()
        scalar = from_dtype(np.dtype(dtype))
        return types.Array(scalar, int(rank[0]), "C") if rank else scalar

    kernels = module.kernels if isinstance(module, Module) else module
    return {name: tuple(numba_type(text) for text in texts) for name, texts in kernels}


def compile_ptx(module: Module, cc: tuple[int, int] = (9, 0)) -> dict[str, str]:
    """PTX for each kernel of a module, for devices of compute capability `cc`: name -> text.

    Needs numba-cuda and its NVVM, and no GPU; it does not work in a process that simulates one. Raises what Numba
    raises for a kernel that does not compile.
    """
    from types import SimpleNamespace
    from unittest.mock import patch

    from numba import cuda
    from numba.cuda import types

    namespace: dict[str, Any] = {"__name__": f"mdsl_ptx_{module.name}"}
    exec(compile(module.text, f"<{module.name} for cuda>", "exec"), namespace)
    texts: dict[str, str] = {}
    # device functions that a kernel calls are compiled for the device that numba-cuda finds
    device = SimpleNamespace(compute_capability=cc)
    with patch("numba.cuda.dispatcher.get_current_device", lambda: device):
        for name, parameters in kernel_types(module).items():
            kernel = namespace[name]
            fastmath = bool(kernel.targetoptions.get("fastmath"))
            texts[name], _ = cuda.compile_ptx(kernel.py_func, types.void(*parameters), cc=cc, fastmath=fastmath)
    return texts
