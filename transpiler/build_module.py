"""A call's arguments -> a loaded module: transpile, write where tracebacks find it, compile its kernels, import it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..ir.verify_error import VerifyError
from .cache import Entry, cache_folder, load_entry, save_entry
from .captured import handing, specs, without
from .diagnostics import Diagnostic, MdslError, Unsupported
from .dispatch import MOST_VALUES, is_literal
from .explain import Explanation
from .likely import likely_parallel
from .signature import ArraySpec, Fields, FieldsSpec, Signature, TupleSpec, fields_of, literal
from .worth import FEW, Gain

if TYPE_CHECKING:
    from .accelerate import Dispatcher, Specialisation
    from .source import FunctionSource
    from .transpile import Artifact


def specialise(dispatcher: Dispatcher, args: tuple[Any, ...]) -> Specialisation:
    """The specialisation for a call. What goes wrong here is never the caller's failure: then the original runs."""
    from .accelerate import Specialisation

    name = dispatcher.function.__name__
    try:
        return _specialise(dispatcher, args)
    except MdslError as reason:
        return Specialisation(None, Explanation(name, "none", reason.diagnostics, target=dispatcher.target))
    except RecursionError as error:
        diagnostic = Diagnostic("MDSL399", "the function is nested too deep to be compiled", None, notes=(str(error),))
        return Specialisation(None, Explanation(name, "none", (diagnostic,), target=dispatcher.target))
    except VerifyError:  # who has programs verified wants to see it
        raise
    except Exception as error:  # an internal failure: said, and the original runs
        if dispatcher.fallback and not _debugging():
            diagnostic = Diagnostic("MDSL900", f"mdsl failed on `{name}`: {type(error).__name__}: {error}", None)
            return Specialisation(None, Explanation(name, "none", (diagnostic,), target=dispatcher.target))
        raise


def _debugging() -> bool:
    import os

    return "internal" in os.environ.get("MDSL_LOGS", "")


def _specialise(dispatcher: Dispatcher, args: tuple[Any, ...]) -> Specialisation:
    from .accelerate import Below, Specialisation, signature_for
    from .source import function_source

    target = choose_target(dispatcher.target)
    if target != "numba":  # which runs wherever mdsl does; to ask it takes half as long as to load a kernel
        from ..targets.base import get_target

        missing = get_target(target).unavailable()
        if missing is not None:
            raise Unsupported("MDSL502", missing[0], None, missing[1])
    source = replace(dispatcher.source or function_source(dispatcher.function), captures={})
    literals = [k for k, x in enumerate(args) if is_literal(k, x, dispatcher.literals)]
    for k in literals:
        dispatcher.literals[k].add(args[k])
    signature = signature_for(dispatcher.names, args, literals, dispatcher.own)
    entry, signature, artifact = _entry(dispatcher, source, signature, target, args)
    if entry.worth is Gain.LOSS or (entry.worth is Gain.NEVER and dispatcher.nested):
        raise MdslError(Diagnostic("MDSL313", "NumPy does this as fast", None))
    captures = dict(entry.captures)
    fleeting = dispatcher.watch.add(source.namespace, [*source.namespace.used, *captures], bool(entry.text))
    if fleeting and entry.text:
        raise Unsupported("MDSL306", f"`{fleeting[0].replace(':', '.')}` is another object each time it is looked at")
    handed = specs(source.namespace, captures) or {}
    signature = {**signature, **handed}
    texts = tuple((n, str(s)) for n, s in signature.items())
    steps = artifact.steps if artifact is not None else ()
    if not entry.text:
        from .parted import Parted

        whole = Explanation(source.name, "none", entry.diagnostics, "", steps, texts, None, target)
        return Parted(dispatcher, source, whole).specialisation
    held = {k: s.fields for k, s in enumerate(signature.values()) if isinstance(s, FieldsSpec)}
    if handed.keys() & {*entry.stored}:
        raise Unsupported("MDSL306", "an array that is stored to, and is not an argument")
    call, file = load(entry, source.name, without(_unheld(dispatcher.original, held), handed))
    explanation = Explanation(source.name, entry.status, entry.diagnostics, entry.text, steps, texts, file, target)
    compile_kernels(call, entry, signature, target, args)
    tuples = [
        s for s in signature.values() if isinstance(s, TupleSpec) and any(isinstance(i, ArraySpec) for i in s.items)
    ]
    count = sum(isinstance(s, ArraySpec) for spec in signature.values() for s in getattr(spec, "items", (spec,)))
    strided = any(getattr(item, "layout", "C") == "A" for spec in tuples for item in spec.items)
    if entry.stored and tuples and (count > 1 or strided):
        raise Unsupported("MDSL201", "a function that stores into an array and takes a tuple of arrays is not compiled")
    arrays = [k for k, n in enumerate(dispatcher.names) if isinstance(signature[n], ArraySpec)]
    stored = [dispatcher.names.index(n) for n in entry.stored if n in dispatcher.names]
    disjoint = tuple((s, k) for s in stored for k in arrays if k != s and (k not in stored or k > s))
    loose = tuple(s for s in stored if getattr(signature[dispatcher.names[s]], "layout", "C") == "A")
    call = _holding(call, held)
    if captures:
        call = handing(call, dispatcher.original, source.namespace, captures, stored)
    below = None
    if dispatcher.target == "auto" and entry.few in dispatcher.names:
        below = Below((dispatcher.names.index(entry.few),), FEW, dispatcher.original)
    return Specialisation(call, explanation, disjoint, loose, entry.worth is Gain.ALWAYS, below)


def _holding(call: Callable[..., Any], held: Mapping[int, tuple[str, ...]]) -> Callable[..., Any]:
    """The compiled function, which gets the dataclasses among its arguments as tuples of their fields."""
    if not held:
        return call

    def with_fields(*args: Any) -> Any:
        return call(*(fields_of(x, held[k]) if k in held else x for k, x in enumerate(args)))

    return with_fields


def _unheld(original: Callable[..., Any], held: Mapping[int, tuple[str, ...]]) -> Callable[..., Any]:
    """The original, for what the compiled function hands on to it."""
    if not held:
        return original
    return lambda *args: original(*(x.source if isinstance(x, Fields) else x for x in args))


def choose_target(name: str) -> str:
    if name != "auto":
        return name
    return "numba"


def _entry(
    dispatcher: Dispatcher, source: FunctionSource, signature: Signature, target: str, args: tuple[Any, ...]
) -> tuple[Entry, Signature, Artifact | None]:
    """What is made for a call; where a Python number shapes the code (an axis, a branch), what is made for its value.

    With the signature that it is for, and what the compiler did where it was not found on disk.
    """
    entry, artifact = _found_or_made(dispatcher, source, signature, target)
    if entry.status == "full":
        return entry, signature, artifact
    fixed = {
        n: s if len(dispatcher.literals.get(k, ())) >= MOST_VALUES else literal(s, args[k])
        for k, (n, s) in enumerate(signature.items())
    }
    if fixed == dict(signature):
        return entry, signature, artifact
    special, made = _found_or_made(dispatcher, source, fixed, target)
    if special.status != "full":
        return entry, signature, artifact
    for k, name in enumerate(fixed):
        if fixed[name] != signature[name]:
            dispatcher.literals.setdefault(k, set()).add(args[k])
    return special, fixed, made


def _found_or_made(
    dispatcher: Dispatcher, source: FunctionSource, signature: Signature, target: str
) -> tuple[Entry, Artifact | None]:
    """The entry on disk; else a new one, and what the compiler did."""
    found = load_entry(source, signature, target, dispatcher.options) if dispatcher.cache else None
    if found is not None:
        return found, None
    from .gain import gain
    from .transpile import transpile

    artifact = transpile(source, signature, target, dispatcher.options)
    assert source.captures is not None
    for path in source.captures:
        source.namespace.used.pop(path, None)  # its elements are no constants
    entry = entry_of(artifact, source)
    if target == "numba" and artifact.program is not None:
        entry = replace(entry, worth=gain(artifact.program))
    if dispatcher.cache:
        entry = save_entry(entry, source, signature, target, dispatcher.options)
    return entry, artifact


def entry_of(artifact: Artifact, source: Any) -> Entry:
    if artifact.module is None:
        return Entry(artifact.status, artifact.diagnostics, "", (), ())
    assert artifact.program is not None
    params = {p.name for p in artifact.program.params}
    aliases: dict[str, str] = {}
    stored: dict[str, None] = {}
    from ..ir.array import Alias, Ref, Store, buffer_of, statements, walk
    from .gain import one_ufunc

    for stmt in statements(artifact.program.body):
        if isinstance(stmt, Alias):
            base = next((n.name for n in walk(stmt.value) if isinstance(n, Ref)), stmt.name)
            aliases[stmt.name] = aliases.get(base, base)
        elif isinstance(stmt, Store):
            name = buffer_of(stmt.target).name
            stored[aliases.get(name, name)] = None
    module, few = artifact.module, one_ufunc(artifact.program)
    header = f'"""{source.name}, generated by mdsl from {source.file.rsplit("/", 1)[-1]}."""\n\n'
    return Entry(
        artifact.status,
        artifact.diagnostics,
        header + module.linked,
        tuple(artifact.program.argument_of(n) for n in stored if n in params),
        module.kernels,
        captures=tuple((source.captures or {}).items()),
        few=artifact.program.argument_of(few),
    )


def load(entry: Entry, name: str, original: Callable[..., Any]) -> tuple[Callable[..., Any], str]:
    """The generated function and the file that it stands in; where a guard fails, it calls `original`."""
    import importlib.util

    path = entry.path or _temporary(entry.text, name)
    module_name = f"mdsl_generated.{path.rsplit('/', 1)[-1].removesuffix('.py')}"
    spec = importlib.util.spec_from_file_location(module_name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    module.__dict__[f"_{name}_numpy"] = original
    spec.loader.exec_module(module)
    return getattr(module, name), path


def _temporary(text: str, name: str) -> str:
    """A file for a module that is not kept: below the user's own cache folder, removed when the process ends."""
    import atexit
    import os
    import tempfile

    handle, path = tempfile.mkstemp(f"_{name}.py", dir=cache_folder("once"))
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    atexit.register(lambda: os.path.exists(path) and os.unlink(path))
    return path


def compile_kernels(
    call: Callable[..., Any], entry: Entry, signature: Signature, target: str, args: tuple[Any, ...]
) -> None:
    """Compile every kernel for the types that it will be called with: what fails, fails before anything has run.

    Of its two forms, the serial and the parallel one, that which these arguments are likely to call.
    Where these types are certain, the machine code takes the kernel's place: nobody has to look at the arguments again.
    Raises what Numba raises.
    """
    if target != "numba" or not entry.kernels:
        return
    from numba import types as nb
    from numba.np.numpy_support import from_dtype

    from ..runtime.pool import Shared
    from ..runtime.reload import reloading

    def numba_type(text: str) -> tuple[Any, bool]:
        """The type of a parameter, and whether it is certain: else it is the likeliest, and Numba sees to others."""
        dtype, *array = text.split()
        scalar = from_dtype(np.dtype(dtype))
        if not array:
            return scalar, True
        rank, origin = int(array[0]), array[1] if len(array) > 1 else ""
        spec = signature.get(origin[1:]) if origin[:1] in ("@", "~") else None
        if isinstance(spec, ArraySpec):
            return nb.Array(scalar, rank, spec.layout, readonly=not spec.writeable), origin.startswith("@")
        return nb.Array(scalar, rank, "C"), origin == "new"

    space = call.__globals__
    shared = [name for name, _ in entry.kernels if isinstance(space[f"{name}_parallel"], Shared)]
    likely = likely_parallel(entry.text, call.__name__, args, space) if shared else frozenset()
    for name, parameters in entry.kernels:
        found = [numba_type(text) for text in parameters]
        types_ = tuple(type_ for type_, _ in found)
        certain = all(certain for _, certain in found)
        serial, parallel = reloading(space[f"{name}_serial"]), space[f"{name}_parallel"]
        if name in likely and name in shared:
            with contextlib.suppress(Exception):  # else it is refused, with a warning, where it is called
                parallel.compile(types_, certain)
                if certain:
                    space[f"{name}_serial"] = _when_called(space, name, types_)
                continue
        try:
            serial.compile(types_)
        except Exception:
            if not _without_machine_code(entry.path):
                raise
            serial.compile(types_)  # the code on disk was damaged
        if certain:
            space[f"{name}_serial"] = serial.overloads[types_].entry_point


def _when_called(space: dict[str, Any], name: str, types_: tuple[Any, ...]) -> Callable[..., Any]:
    """The kernel's serial form, compiled when it is called: until now it was called in parallel only."""
    serial, parallel = space[f"{name}_serial"], space[f"{name}_parallel"]

    def compile_and_call(*args: Any) -> Any:
        try:
            serial.compile(types_)
            code = serial.overloads[types_].entry_point
        except Exception:  # Numba takes the other form, and something of this call may have run
            code = parallel.alone
        space[f"{name}_serial"] = code
        return code(*args)

    return compile_and_call


def _without_machine_code(path: str | None) -> bool:
    """Remove what Numba keeps beside a generated module; whether there was anything."""
    from pathlib import Path

    if path is None:
        return False
    module = Path(path)
    kept = list((module.parent / "__pycache__").glob(f"{module.stem}.*.nb[ic]"))
    for file in kept:
        file.unlink(missing_ok=True)
    return bool(kept)
