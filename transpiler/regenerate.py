"""How do compiled functions get into the module's text? Spliced in, the rest untouched to the byte, and out again.

Of a function `step` the output holds the original, renamed to `_step_numpy`, and below it a marked region with the
kernels and a new `step` that calls them, or the original where a guard at its door fails. mdsl's own decorators and
imports are commented out, so that the output imports numpy and numba alone. Every change can be undone: marks.py gives
the source back to the byte, so that running mdsl on its own output gives the same output.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..targets.base import Module as Generated
from .diagnostics import Diagnostic, MdslError
from .door import Door
from .marks import SHARED, WAS, header, other_line, read_output, region
from .module import Module, ModuleFunction
from .naming import Globals, defined, rename
from .textfile import lines_of

_CODING = re.compile(r"[ \t\f]*#.*?coding[:=]")


@dataclass(frozen=True)
class Variant:
    """Generated code for one signature: its door, and the types that it is for."""

    generated: Generated
    door: Door
    types: str


@dataclass(frozen=True)
class Replacement:
    """A function of the module, and what takes its place: the first variant whose door a call passes."""

    function: ModuleFunction
    variants: tuple[Variant, ...]


@dataclass(frozen=True)
class Header:
    """What the first line of an output says: mdsl's version, what it was made from, whether problems are left.

    `origin` is the source's path as seen from the output; None where they are one file. `others` are files of which
    something was inlined, with their digests.
    """

    version: str
    key: str
    origin: str | None
    problems: bool = False
    others: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Edit:
    """The text between two offsets becomes another."""

    start: int
    end: int
    text: str


def regenerate(
    module: Module, replacements: Sequence[Replacement], head: Header, always: bool = False, imports: bool = False
) -> str:
    """The module's text with the functions replaced and mdsl's marks commented out.

    Where there is nothing to change the text stays as it is, without a header unless `always`. With `imports` the
    functions of runtime/ are imported, else pasted.

    Raises MdslError (MDSL409) where the text cannot be told from what mdsl writes.
    """
    newline = next((end for end in ("\r\n", "\n", "\r") if module.lines and module.lines[0].endswith(end)), "\n")
    marks = [f for f in module.marked if not any(r.function is f for r in replacements)]
    names = Globals.of(module)
    edits: list[Edit] = []
    if replacements:
        first = min(replacements, key=lambda r: r.function.first_line)
        above = _line_above(module, first.function)
        edits.append(_shared_edit(module, replacements, names, above, newline, imports))
    for replacement in replacements:
        edits += _replace(module, replacement, names, newline)
    for function in marks:
        assert function.decorator is not None
        edits += _comment_out(module, function.decorator.lineno, function.decorator.end_lineno or 0)
    kept = mdsl_uses(module)
    for statement, nested in _mdsl_imports(module):
        if statement not in kept:
            edits += _comment_out(module, statement.lineno, statement.end_lineno or statement.lineno, nested)
    if not edits and not always:
        return module.text
    edits.append(_header_edit(module, head, newline))
    text = apply_edits(module.text, edits)
    made = read_output(text)
    if made is None or made.source != module.text or made.edited:
        hint = "change the lines that start with `# mdsl:`"
        raise MdslError(
            Diagnostic("MDSL409", f"`{module.path}` holds lines like those that mdsl writes", None, hints=(hint,))
        )
    return text


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    parts: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda e: (e.start, e.end)):
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, text[at:]])


# -- one function ------------------------------------------------------------------------------------------------------


def _replace(module: Module, replacement: Replacement, names: Globals, newline: str) -> list[Edit]:
    node = replacement.function.node
    name = replacement.function.name
    edits: list[Edit] = []
    for decorator in node.decorator_list:
        edits += _comment_out(module, decorator.lineno, decorator.end_lineno or decorator.lineno)
    start = module.offset(node.lineno, node.col_offset)
    found = re.compile(rf"def\s+({name})\b").match(module.text, start)
    assert found is not None, name
    edits.append(Edit(*found.span(1), f"_{name}_numpy"))
    last = node.end_lineno or node.lineno
    end = module.offset(last, 0) + len(module.lines[last - 1].rstrip("\r\n"))
    lines = ["", "", "", *region(name, _code(module, replacement, names).split("\n"))]
    edits.append(Edit(end, end, newline.join(lines)))
    return edits


def _code(module: Module, replacement: Replacement, names: Globals) -> str:
    """The variants, each behind those that it falls back to, so that the function itself comes last."""
    name = replacement.function.name
    chain = [name, *(names.free(f"_{name}_{k}") for k in range(2, len(replacement.variants) + 1)), f"_{name}_numpy"]
    parts = [
        _variant(module, replacement.function, variant, names, own, other)
        for variant, own, other in zip(replacement.variants, chain, chain[1:], strict=False)
    ]
    return "\n\n\n".join(reversed(parts))


def _variant(module: Module, function: ModuleFunction, variant: Variant, names: Globals, own: str, other: str) -> str:
    """Kernels and a function `own` that calls `other` where it cannot serve: the header, the door, what was printed.

    The one that has the function's name has its docstring and its decorators too.
    """
    name, node = function.name, function.node
    original = f"_{name}_numpy"
    text = variant.generated.functions
    if own != name:  # its kernels have names of their own
        number = own.rpartition("_")[2]
        text = rename(text, {n: f"{n}_{number}" for n in defined(text) if n not in (name, original)})
    text = names.renamed(text, keep={name, original})
    at = text.rindex(f"def {name}(") if text.startswith(f"def {name}(") else text.rindex(f"\ndef {name}(") + 1
    kernels, driver = text[:at], text[at:]
    body = driver.split("\n", 1)[1]
    call = _call(other, node)
    body = re.sub(rf"{original}\([^()]*\)", lambda _: call, body)
    lines = header_of(module, node)
    if own == name:
        lines = [*_decorators(module, function), *lines, *_docstring(module, node)]
    else:
        lines[0] = re.sub(rf"^def\s+{name}\b", f"def {own}", lines[0])
    lines += [f"    # {line}" for line in _wrapped(variant.types)]
    lines += names.renamed_lines(["    " + line for line in variant.door.lines(call)])
    return "\n".join([kernels + lines[0], *lines[1:], body]).rstrip("\n")


def _docstring(module: Module, node: ast.FunctionDef) -> list[str]:
    if ast.get_docstring(node, clean=False) is None:
        return []
    first = node.body[0]
    start = module.offset(first.lineno, first.col_offset)
    end = module.offset(first.end_lineno or 0, first.end_col_offset or 0)
    return [line.rstrip("\r\n") for line in lines_of("    " + module.text[start:end])]


def _call(name: str, node: ast.FunctionDef) -> str:
    positional = [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
    keywords = [f"{a.arg}={a.arg}" for a in node.args.kwonlyargs]
    return f"{name}({', '.join([*positional, *keywords])})"


def header_of(module: Module, node: ast.FunctionDef) -> list[str]:
    """The lines of `def …:` as the user wrote them."""
    start = module.offset(node.lineno, node.col_offset)
    depth = 0
    text = module.text[start:].replace("\r\n", "\n").replace("\r", "\n")
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    for token in tokens:
        if token.type == tokenize.OP:
            depth += (token.string in "([{") - (token.string in ")]}")
            if token.string == ":" and depth == 0:
                row, column = token.end
                break
    lines = [line.rstrip("\r\n") for line in module.lines[node.lineno - 1 : node.lineno - 1 + row]]
    lines[0] = lines[0].lstrip("\f")
    lines[-1] = lines[-1][:column]
    return lines


def _decorators(module: Module, function: ModuleFunction) -> list[str]:
    """The lines of other libraries' decorators, which now decorate the new function."""
    lines: list[str] = []
    for decorator in function.node.decorator_list:
        if decorator is not function.decorator:
            lines += [line.rstrip("\r\n") for line in module.lines[decorator.lineno - 1 : decorator.end_lineno]]
    return lines


def _wrapped(text: str, width: int = 110) -> list[str]:
    import textwrap

    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)


# -- the rest of the file ----------------------------------------------------------------------------------------------


def _shared_edit(
    module: Module, replacements: Sequence[Replacement], names: Globals, line: int, newline: str, importing: bool
) -> Edit:
    from .. import runtime

    imports: dict[str, None] = {}
    bodies: dict[str, None] = {}
    variants = [v for r in replacements for v in r.variants]
    for flavour in dict.fromkeys(v.generated.flavour for v in variants):
        mine = [v for v in variants if v.generated.flavour == flavour]
        wanted = dict.fromkeys(n for v in mine for n in (*v.generated.runtime, *v.door.runtime))
        imports |= dict.fromkeys(i for v in mine for i in v.generated.imports)
        if importing:
            imports |= dict.fromkeys(runtime.import_lines(wanted, flavour))
            continue
        paste = runtime.paste(wanted, flavour)
        imports |= dict.fromkeys(paste.imports)
        bodies[paste.body] = None
    head = names.imports(imports, before=line)
    names.share(*bodies)
    parts = ["\n".join(head), *(names.renamed(body) for body in bodies)]
    text = "\n\n\n".join(part.strip("\n") for part in parts if part.strip())
    offset = module.offset(line, 0)
    return Edit(offset, offset, newline.join([*region(SHARED, text.split("\n")), "", "", ""]))


def _line_above(module: Module, function: ModuleFunction) -> int:
    """The first line of a function's decorators and of the comment right above them."""
    line = function.first_line
    while line > 1 and module.lines[line - 2].startswith("#"):
        line -= 1
    return line


def _header_edit(module: Module, head: Header, newline: str) -> Edit:
    """After the lines that have to come first: the interpreter's and the encoding's."""
    line = 0
    if module.lines and module.lines[0].startswith("#!"):
        line = 1
    if line < len(module.lines) and _CODING.match(module.lines[line]):
        line += 1
    lines = [header(head.version, head.origin, head.key, head.problems), *(other_line(*o) for o in head.others)]
    offset = sum(len(text) for text in module.lines[:line])
    return Edit(offset, offset, "".join(text + newline for text in lines))


def _comment_out(module: Module, first: int, last: int, nested: bool = False) -> list[Edit]:
    edits = []
    for line in range(first, last + 1):
        text = module.lines[line - 1]
        at = module.offset(line, 0) + len(text) - len(text.lstrip(" \t"))
        edits.append(Edit(at, at, "pass  " + WAS if nested and line == first else WAS))
    return edits


def _mdsl_imports(module: Module) -> list[tuple[ast.stmt, bool]]:
    """The statements that import mdsl and nothing else, and whether each stands within a block."""
    top = {id(s) for s in module.tree.body}
    found: list[tuple[ast.stmt, bool]] = []
    for node in module.nodes:
        match node:
            case ast.Import(names=names) if all(a.name.partition(".")[0] == "mdsl" for a in names):
                found.append((node, id(node) not in top))
            case ast.ImportFrom(module=str(origin), level=0) if origin.partition(".")[0] == "mdsl":
                found.append((node, id(node) not in top))
    return found


def mdsl_uses(module: Module) -> dict[ast.stmt, ast.expr]:
    """The imports of mdsl that have to stay: what they bind is used but for marks, or their line holds more."""
    marks = {id(n) for f in module.marked if f.decorator is not None for n in ast.walk(f.decorator)}
    used = {n.id: n for n in module.nodes if isinstance(n, ast.Name) and id(n) not in marks}
    lines = [s.lineno for s in module.nodes if isinstance(s, ast.stmt)]
    stay: dict[ast.stmt, ast.expr] = {}
    for statement, _ in _mdsl_imports(module):
        assert isinstance(statement, (ast.Import, ast.ImportFrom))
        bound = [a.asname or a.name.partition(".")[0] for a in statement.names]
        use = next((used[b] for b in bound if b in used), None)
        if use is None and lines.count(statement.lineno) > 1:
            use = ast.copy_location(ast.Name(bound[0]), statement)
        if use is not None:
            stay[statement] = use
    return stay
