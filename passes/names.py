"""Which names has a program given, and which are free?"""

from __future__ import annotations

from ..ir import array as arr
from ..ir import loops as lp
from ..ir.free_names import free_name


def taken(program: arr.Program) -> set[str]:
    """The names of a program over whole arrays: of parameters, sizes and variables."""
    names = _at_door(program)
    for stmt in arr.statements(program.body):
        match stmt:
            case arr.Bind(name, _) | arr.Alias(name, _) | arr.For(var=name):
                names.add(name)
            case arr.Call():
                names.update(stmt.names)
            case _:
                continue
    return names


class Names:
    """The names of a program over loops, and new ones."""

    def __init__(self, program: lp.Program) -> None:
        self.taken = _at_door(program)
        for stmt in lp.statements(program.body):
            match stmt:
                case lp.Alloc(name=name) | lp.Pointer(name=name) | lp.Assign(name=name) | lp.For(var=name):
                    self.taken.add(name)
                case lp.HostCall():
                    self.taken.update(stmt.names)
                case _:
                    continue

    def fresh(self, hint: str) -> str:
        """`hint`, with a number behind it where the name is taken; taken from now on."""
        return free_name(hint, self.taken)


def _at_door(program: arr.Program | lp.Program) -> set[str]:
    names = {p.name for p in program.params} | {d.name for d in program.derived}
    return names | {n for p in program.params for size in p.type.shape for n in size.names}
