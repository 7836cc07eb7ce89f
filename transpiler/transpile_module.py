"""The text of a module -> the text with its functions compiled, and what became of each."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .. import __version__
from ..ir.verify_error import VerifyError
from ..passes.context import Options
from .build_module import entry_of
from .diagnostics import Diagnostic, MdslError
from .door import Door, door
from .either_float import either_float
from .infer import infer
from .marks import digest, read_output
from .module import Module, ModuleFunction, options_of, read_module, wanted
from .outcome import Request
from .regenerate import Header, Replacement, Variant, mdsl_uses, regenerate
from .signature import ArraySpec, LiteralSpec, ScalarSpec, Signature, Spec
from .source import Namespace
from .statics import expression_of
from .textfile import read, relative
from .transpile import Artifact, transpile

_OF_THE_DECORATOR = frozenset({"explain", "last_report", "py_func", "__wrapped__"})


@dataclass(frozen=True)
class FunctionResult:
    """What became of one function. `artifact` is None where nothing was compiled, `replacement` where it stays."""

    name: str
    status: str
    diagnostics: tuple[Diagnostic, ...]
    function: ModuleFunction
    signature: Signature = field(default_factory=dict)
    artifact: Artifact | None = None
    replacement: Replacement | None = None


@dataclass(frozen=True)
class ModuleResult:
    """The new text, the source that it was made from (not the given text where that was an output), the functions."""

    text: str
    source: str
    module: Module
    functions: tuple[FunctionResult, ...]
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def problems(self) -> bool:
        """Whether something has to be done about a diagnostic."""
        found = (d for d in (*self.diagnostics, *(d for f in self.functions for d in f.diagnostics)))
        return any(d.severity == "error" for d in found)


def transpile_module(
    text: str,
    path: str,
    request: Request | None = None,
    in_place: bool = False,
    always: bool = False,
    origin: str | None = None,
    folder: str | None = None,
) -> ModuleResult:
    """Compile the functions of a module and put them into its text; see `module.wanted` for which.

    `text` may be an output of an earlier run: then its source is compiled again. With `always` the result says that it
    was made by mdsl even where it is the source; `origin` is what it calls that file, as seen from its `folder`.

    Raises MdslError where the text is not Python (MDSL103) or a named function is not there (MDSL406). What is not
    compiled is said in the results and stays as it is.
    """
    request = request or Request()
    output = read_output(text)
    source = text if output is None else output.source
    folder = os.path.dirname(path) if folder is None or output is not None else folder
    if output is not None:  # made again as it was made
        in_place, origin = output.origin is None, output.origin
        path = path if origin is None else os.path.normpath(os.path.join(os.path.dirname(path), origin))
    module = read_module(source, path)
    asked, offered = wanted(module, request)
    results = [compile_function(module, f, request) for f in asked]
    tried = [compile_function(module, f, request) for f in offered]
    results += [_offered(r) for r in tried if r.replacement is not None and _gains(r.replacement)]
    results.sort(key=lambda r: r.function.first_line)
    replacements = [r.replacement for r in results if r.replacement is not None]
    result = ModuleResult(source, source, module, tuple(results), tuple(_left_behind(module)))
    name = None if in_place else origin or os.path.basename(path)
    others = tuple(
        sorted(
            (relative(file, folder), digest(read(file).text)) for file in module.names.others if os.path.isfile(file)
        )
    )
    head = Header(__version__, request.key(source), name, result.problems, others)
    return replace(result, text=regenerate(module, replacements, head, always, request.runtime == "mdsl"))


def _offered(result: FunctionResult) -> FunctionResult:
    """What became of a function that nobody asked for: what is not compiled of it is no error."""
    diagnostics = (replace(d, severity="note") if d.severity == "error" else d for d in result.diagnostics)
    return replace(result, diagnostics=tuple(diagnostics))


def _gains(replacement: Replacement) -> bool:
    """Whether a function that nobody asked for is worth replacing: something of it runs as machine code."""
    return any(variant.generated.kernels for variant in replacement.variants)


def compile_function(module: Module, function: ModuleFunction, request: Request) -> FunctionResult:
    """Compile one function, for each signature that was recorded, or for the one that its text gives."""
    if function.obstacle is not None:
        return FunctionResult(function.name, "none", (function.obstacle,), function)
    recorded = next((types for name, types in request.recorded if name == function.name), ())
    results = [compile_signature(module, function, request, dict(types)) for types in recorded or ((),)]
    compiled = [r for r in results if r.replacement is not None]
    if len(results) == 1 or not compiled:
        return results[0]
    variants = {v.types: v for r in compiled if r.replacement is not None for v in r.replacement.variants}
    status = "full" if all(r.status == "full" for r in results) else "partial"
    diagnostics = tuple(dict.fromkeys(d for r in results for d in r.diagnostics))
    replacement = Replacement(function, tuple(variants.values()))
    return replace(compiled[0], status=status, diagnostics=diagnostics, replacement=replacement)


def compile_signature(
    module: Module, function: ModuleFunction, request: Request, known: Mapping[str, str]
) -> FunctionResult:
    """Compile one function for the types that are `known`, its annotations and its body."""
    inferred = infer(module, function, known)
    if not inferred.complete:
        return FunctionResult(function.name, "none", inferred.diagnostics, function)
    options, target = options_of(module, function, request.options(), request.target)
    try:
        artifact, signature = _compiled(module, function, inferred.signature, options, target)
    except MdslError as reason:
        return FunctionResult(
            function.name, "none", (*inferred.diagnostics, *reason.diagnostics), function, inferred.signature
        )
    except VerifyError:  # who has programs verified wants to see it
        raise
    except Exception as error:  # an internal failure: said, and the function stays
        if "internal" in os.environ.get("MDSL_LOGS", ""):
            raise
        failure = Diagnostic(
            "MDSL900", f"mdsl failed on `{function.name}`: {type(error).__name__}: {error}", module.span(function.node)
        )
        return FunctionResult(function.name, "none", (*inferred.diagnostics, failure), function, inferred.signature)
    diagnostics = (*inferred.diagnostics, *artifact.diagnostics)
    if artifact.module is None or artifact.status == "none":
        return FunctionResult(function.name, "none", diagnostics, function, signature, artifact)
    if artifact.program is not None and artifact.program.renamed:
        name = artifact.program.renamed[0][0]
        clash = Diagnostic(
            "MDSL301", f"a parameter is called `{name}`, as something that the generated code calls",
            module.span(function.node), hints=("rename the parameter",),
        )  # fmt: skip
        return FunctionResult(function.name, "none", (*diagnostics, clash), function, signature)
    variant = Variant(artifact.module, _door(module, function, artifact, options), _types(signature))
    replacement = Replacement(function, (variant,))
    return FunctionResult(function.name, artifact.status, diagnostics, function, signature, artifact, replacement)


def _compiled(
    module: Module, function: ModuleFunction, signature: Signature, options: Options, target: str
) -> tuple[Artifact, Signature]:
    """The artifact for the first of the signatures that compiles; for the plain one where none does."""
    source = module.source(function)
    first: Artifact | None = None
    for attempt in _attempts(module, function, signature):
        fresh = replace(source, namespace=Namespace({}, module.names.values))
        try:
            artifact = transpile(fresh, attempt, target, options)
        except (KeyError, ImportError) as error:
            raise MdslError(
                Diagnostic("MDSL502", f"there is no target `{target}` here", None, notes=(str(error),))
            ) from error
        if artifact.module is not None and artifact.status == "full":
            return artifact, attempt
        first = first or artifact
    assert first is not None
    return first, signature


def _attempts(module: Module, function: ModuleFunction, signature: Signature) -> Iterator[Signature]:
    """The signature; with contiguous arrays; with integers fixed to their defaults, which may shape the code."""
    yield signature
    contiguous = {
        n: replace(s, layout="C") if isinstance(s, ArraySpec) and s.layout == "A" else s for n, s in signature.items()
    }
    if contiguous != signature:
        yield contiguous
    args = function.node.args
    defaults = dict(
        zip([a.arg for a in reversed((*args.posonlyargs, *args.args))], reversed(args.defaults), strict=False)
    )
    defaults |= {a.arg: d for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True) if d is not None}
    fixed: dict[str, Spec] = dict(signature)
    for name, default in defaults.items():
        spec = fixed.get(name)
        if isinstance(spec, ScalarSpec) and spec.type.weak and spec.type.dtype.kind in "bi":
            value: Any = module.names.evaluate(default)
            fixed[name] = LiteralSpec(value)
    if fixed != signature:
        yield fixed


def _door(module: Module, function: ModuleFunction, artifact: Artifact, options: Options) -> Door:
    source = module.source(function)
    stored = entry_of(artifact, source).stored
    constants = {}
    for path, value in artifact.used.items():
        if isinstance(value, (bool, int, float, complex, str, np.generic)):
            place = expression_of(path, module.names)
            if place is not None:
                constants[place] = value
    return door(
        artifact.signature,
        stored,
        constants,
        either_float=either_float(artifact, source, options),
        # what is squeezed depends on which sizes are 1, and none was taken for 1
        sizes_matter="squeeze" in module.text,
        narrow=() if artifact.program is None else [*map(artifact.program.argument_of, artifact.program.narrow)],
    )


def _types(signature: Signature) -> str:
    types = ", ".join(f"{name}: {spec}" for name, spec in signature.items())
    return f"compiled for {types}" if types else "compiled"


def _left_behind(module: Module) -> Iterator[Diagnostic]:
    """What of mdsl the output still needs."""
    for _, use in mdsl_uses(module).items():
        span = module.span(use)
        yield Diagnostic("MDSL407", "the output still imports mdsl, which is used here", span, severity="warning")
    import ast

    marked = {f.name for f in module.marked}
    for node in module.nodes:
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attr) if name in marked and attr in _OF_THE_DECORATOR:
                message = f"`{name}.{attr}` belongs to the decorator and is not there in the output"
                yield Diagnostic("MDSL408", message, module.span(node), severity="warning")
