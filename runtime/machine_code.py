"""How does code in LLVM's IR become functions of this process, for its own code and for Python's?"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

METH_FASTCALL, METH_KEYWORDS = 0x80, 0x02


class Method(ctypes.Structure):
    """CPython's `PyMethodDef`: a function that Python can be handed, as it stands in memory."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("code", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


def machine_code(text: str) -> Any:
    """An engine of llvmlite's that holds the code of this module in LLVM's IR until the process ends.

    Raises RuntimeError where llvmlite does not take it.
    """
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(opt=0)  # the others take three times as long
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(text), machine)
    engine.finalize_object()
    keep(engine)  # what is collected at exit may call it yet
    return engine


def builtin(method: Method, itself: Any = None) -> Callable[..., Any]:
    """A built-in function of Python's, whose code gets `itself` as its first argument. Who calls keeps the method."""
    new = python_api("PyCFunction_NewEx", ctypes.py_object, ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p)
    made: Callable[..., Any] = new(ctypes.addressof(method), itself, None)
    return made


def python_api(name: str, *types: Any) -> Callable[..., Any]:
    """A function of Python's C-API, by the types of its result and its parameters."""
    return ctypes.PYFUNCTYPE(*types)((name, ctypes.pythonapi))


def keep(*objects: object) -> None:
    """Until the process ends: what is collected last still names them."""
    for kept in objects:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(kept))
