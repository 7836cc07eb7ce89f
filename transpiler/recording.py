"""How does a run note what its functions are called with? Once for each new signature, into the file of MDSL_RECORD."""

from __future__ import annotations

import os
import types
from collections.abc import Sequence
from typing import Any

from .signature import ArraySpec, LiteralSpec, ScalarSpec, Spec, TupleSpec, spec_of
from .signature_file import OPEN, add


def note(function: types.FunctionType, names: Sequence[str], args: Sequence[Any]) -> None:
    """Note a call's arguments. Whatever goes wrong with it is no reason for the call to fail: it is not noted then."""
    file = os.environ.get("MDSL_RECORD")
    source = function.__code__.co_filename
    if not file or not os.path.isfile(source):
        return
    signature = {name: text_of(spec_of(value)) for name, value in zip(names, args, strict=True)}
    try:
        add(file, source, function.__qualname__, signature)
    except Exception as error:
        import warnings

        warnings.warn(f"mdsl cannot note in `{file}` what is called: {error}", RuntimeWarning, stacklevel=2)
        os.environ.pop("MDSL_RECORD", None)


def text_of(spec: Spec) -> str:
    """A specification as an annotation writes it; "?" where there is no way to.

    >>> import numpy as np
    >>> text_of(spec_of(np.ones((3, 4)))), text_of(spec_of(np.ones((3, 4)).T)), text_of(spec_of(np.ones((3, 1))))
    ('float64[:, ::1]', 'float64[::1, :]', 'float64[:, 1]')
    >>> text_of(spec_of(2.0)), text_of(spec_of(np.int8(2))), text_of(spec_of((1, None))), text_of(spec_of("same"))
    ('float', 'int8', 'tuple[int, None]', "Literal['same']")
    >>> text_of(spec_of({}))
    '?'
    """
    match spec:
        case ArraySpec(dtype, ones, layout, _):
            sizes = ["1" if one else ":" for one in ones]
            at = {"C": len(sizes) - 1, "F": 0}.get(layout, 0)
            if sizes and layout != "A" and sizes[at] == ":":
                sizes[at] = "::1"
            # an array without axes has no form of its own among Numba's
            return f"{dtype}[{', '.join(sizes)}]" if sizes else OPEN
        case ScalarSpec(type_):
            return str(type_)
        case LiteralSpec(None):
            return "None"
        case LiteralSpec(str(value)):
            return f"Literal[{value!r}]"
        case TupleSpec(items, False):
            parts = [text_of(item) for item in items]
            return OPEN if OPEN in parts or not parts else f"tuple[{', '.join(map(_inner, parts))}]"
        case _:
            return OPEN


def _inner(text: str) -> str:
    """The type of a tuple's item: arrays are strings there, because they are no Python otherwise."""
    return repr(text) if ":" in text or "[1" in text or "1]" in text else text
