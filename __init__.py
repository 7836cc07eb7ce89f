"""mdsl: plain NumPy in, the program that a patient expert would have written out."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .ir.ops.decompositions import decomposes
    from .passes.rules import rule
    from .runtime.hold import release_memory
    from .targets.base import Target
    from .transpiler.accelerate import MdslWarning, accelerate
    from .transpiler.diagnostics import MdslError

__version__ = "0.1.0"
__all__ = ["MdslError", "MdslWarning", "Target", "__version__", "accelerate", "decomposes", "release_memory", "rule"]

# Where each public name lives. They are imported when first asked for: `mdsl --help` needs none of them.
_HOMES = {
    "MdslError": ".transpiler.diagnostics",
    "MdslWarning": ".transpiler.accelerate",
    "Target": ".targets.base",
    "accelerate": ".transpiler.accelerate",
    "decomposes": ".ir.ops.decompositions",
    "release_memory": ".runtime.hold",
    "rule": ".passes.rules",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
