"""What does mdsl make of a NumPy program? The source before and after, on a photograph, checked and timed."""

from __future__ import annotations

import importlib
import inspect
import time

import heat
from _harness import Comparison, compare, duration, reasons
from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table

#: Shown in the table besides the program that is shown in full.
OTHERS = ("black_scholes", "great_circle", "softmax_regression", "horizontal_diffusion", "floyd_warshall")


def main():
    console = Console()
    if not console.is_terminal:
        console = Console(width=120)
    arguments = heat.inputs()
    image, _, steps = arguments

    console.rule("a function in NumPy: examples/heat.py")
    console.print(code(inspect.getsource(heat.heat.__wrapped__)))

    start = time.perf_counter()
    explanation = heat.heat.explain(*arguments)
    console.rule(f"what mdsl makes of it, in {duration(time.perf_counter() - start)}")
    console.print(code(own_part(explanation.source, "heat")))
    console.print(f"Compiled: {explanation.status}.", *reasons(explanation))
    assert explanation.status == "full"

    console.rule(f"{steps} steps on a photograph of {image.shape[0]} x {image.shape[1]} pixels, and other examples")
    table = Table("example", "NumPy", "mdsl", "", "first call", "compiled", caption="medians; every result is NumPy's")
    for column in table.columns[1:5]:
        column.justify = "right"
    for name in ("heat", *OTHERS):
        example = importlib.import_module(name)
        table.add_row(*row(compare(getattr(example, name), example.inputs())))
    console.print(table)
    console.print(
        "Each is a script of its own: python examples/NAME.py. The first call compiles; the next process does not."
    )


def code(text: str) -> Syntax:
    return Syntax(text, "python", background_color="default", word_wrap=True)


def own_part(source: str, name: str) -> str:
    """The kernels and the function that a generated module is for, without what was pasted in from the runtime."""
    lines = source.splitlines()
    starts = [i for i, line in enumerate(lines) if line.startswith((f"def _{name}", f"def {name}("))]
    return "\n".join(lines[starts[0] :])


def row(comparison: Comparison) -> tuple[str, ...]:
    """One line of the table; the speed-up is in bold where there is one."""
    ratio = comparison.numpy / comparison.mdsl
    return (
        comparison.name,
        duration(comparison.numpy),
        duration(comparison.mdsl),
        f"[bold]{ratio:.1f} x[/]" if ratio > 1 else f"{ratio:.1f} x",
        duration(comparison.first),
        comparison.status,
    )


if __name__ == "__main__":
    main()
