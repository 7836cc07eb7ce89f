"""Text -> libcst trees with positions. What runs compiled code that is on disk does not need them, nor libcst."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from .names import walk


class _Positions(Mapping[cst.CSTNode, CodeRange]):
    """The position of every node of a tree, found when the first one is asked for: it takes longer than the parsing."""

    def __init__(self, wrapper: MetadataWrapper) -> None:
        self.wrapper = wrapper

    @cached_property
    def known(self) -> Mapping[cst.CSTNode, CodeRange]:
        return self.wrapper.resolve(PositionProvider)

    def __getitem__(self, node: cst.CSTNode) -> CodeRange:
        return self.known[node]

    def __iter__(self) -> Iterator[cst.CSTNode]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)


@lru_cache(maxsize=64)  # one function is lifted several times
def parse(text: str) -> tuple[cst.Module, Mapping[cst.CSTNode, CodeRange]]:
    """A module's tree and the position of every node. Raises libcst.ParserSyntaxError."""
    wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
    return wrapper.module, _Positions(wrapper)


def find(tree: cst.Module, name: str) -> cst.FunctionDef | cst.Lambda | None:
    """The first function of that name, `<lambda>` for one that has none."""
    for node in walk(tree):
        if isinstance(node, cst.FunctionDef) and node.name.value == name:
            return node
        if isinstance(node, cst.Lambda) and name == "<lambda>":
            return node
    return None


def in_words(node: cst.CSTNode) -> str:
    """A node's class in words: "a set comprehension" for SetComp."""
    name = "".join(f" {c.lower()}" if c.isupper() else c for c in type(node).__name__).strip()
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
