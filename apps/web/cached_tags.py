"""Template tags with a constant output, cached per language, addresses that are looked up once, and kept pieces.

A page of the gallery holds eighty `translate` and `static` of fixed texts; looking them up took a quarter of the time
of its template. A page of the studio holds thirty addresses and as many icons, which took a third.
`apps.web.templatetags` puts tags made here in the place of Django's own.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import zip_longest
from typing import Any, Final, cast
from uuid import UUID

from django.conf import settings
from django.template import Context, Node, Template, TemplateSyntaxError, Variable
from django.template.base import FilterExpression, NodeList, TextNode
from django.template.defaulttags import URLNode
from django.template.loader_tags import BLOCK_CONTEXT_KEY, BlockContext, BlockNode, ExtendsNode
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

#: Addresses kept in a process, a few hundred bytes each: those of the layout and of the lists that are looked at.
MOST_ADDRESSES: Final = 4_096
#: Of one piece, in a process: the layout has 15 KB of them for each studio and way to work in it.
MOST_KEPT: Final = 200
# Stands where a part is rendered for each page; no text of a database or a template holds this character.
_HOLE: Final = "\0"
# Of equal arguments of these types the addresses are equal (those of 1 and True are not).
_PLAIN: Final = frozenset({str, SafeString, UUID, int})


class Remembered(Node):
    """A template node whose output depends on language and autoescape alone; it is rendered once for each of them."""

    child_nodelists = ()

    def __init__(self, node: Node) -> None:
        self.node = node
        self._texts: dict[tuple[str | None, bool], str] = {}

    def render(self, context: Context) -> str:
        key = get_language(), context.autoescape
        text = self._texts.get(key)
        if text is None:
            text = self.node.render(context)
            # While somebody works on texts and files, they change beneath a running process.
            if not settings.DEBUG:
                self._texts[key] = text
        return text


def is_fixed(expression: Any) -> bool:
    """True for a text in quotes without filters."""
    var = expression.var
    # `translate` has made a variable of its text by now.
    text = var.literal if isinstance(var, Variable) else var
    return isinstance(text, str) and not expression.filters


class RememberedAddress(URLNode):
    """Django's `url`, whose addresses are looked up once for the same name and arguments."""

    def render(self, context: Context) -> str:
        args = tuple(arg.resolve(context) for arg in self.args)
        if self.asvar or self.kwargs or not _PLAIN.issuperset(map(type, args)):
            return str(super().render(context))
        # By this a name can lead elsewhere; no page of ours sets it.
        current_app = getattr(getattr(context, "request", None), "current_app", None)
        name = self.view_name.resolve(context)
        place = get_urlconf() or settings.ROOT_URLCONF, get_script_prefix(), current_app
        url = _address(name, args, *place)
        return conditional_escape(url) if context.autoescape else url


@lru_cache(maxsize=MOST_ADDRESSES)
def _address(name: str, args: tuple[Any, ...], urlconf: str, _prefix: str, current_app: str | None) -> str:
    return reverse(name, urlconf=urlconf, args=args, current_app=current_app)


class RememberedParent(ExtendsNode):
    """Django's `extends`, which looks for the blocks of its parent once: a layout has some three hundred nodes."""

    def render(self, context: Context) -> str:
        parent = self.get_parent(context)
        if BLOCK_CONTEXT_KEY not in context.render_context:
            context.render_context[BLOCK_CONTEXT_KEY] = BlockContext()
        blocks: BlockContext = context.render_context[BLOCK_CONTEXT_KEY]
        blocks.add_blocks(self.blocks)
        blocks.add_blocks(_blocks_of(parent))
        with context.render_context.push_state(parent, isolated_context=False):
            # As Django's own does; its stubs do not know of it.
            return str(parent._render(context))  # type: ignore[attr-defined]


def _blocks_of(parent: Template) -> dict[str, BlockNode]:
    """The blocks of a template that extends no other one; what does adds its own when it is rendered."""
    known: dict[str, BlockNode] | None = getattr(parent, "root_blocks", None)
    if known is None:
        # What is extended stands before everything but text.
        first = next((node for node in parent.nodelist if not isinstance(node, TextNode)), None)
        is_root = first is not None and not isinstance(first, ExtendsNode)
        found = cast(list[BlockNode], parent.nodelist.get_nodes_by_type(BlockNode)) if is_root else []
        known = {one.name: one for one in found}
        parent.root_blocks = known  # type: ignore[attr-defined]
    return known


class Fresh(Node):
    """A part of a kept piece that is rendered for each page, with all that the page knows."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> str:
        holes: list[Fresh] | None = getattr(context, "holes", None)
        if holes is None:
            raise TemplateSyntaxError("`fresh` stands in a `kept` of the same template")
        holes.append(self)
        return _HOLE


class Kept(Node):
    """A piece of a page that is rendered once for the same values, but for what is fresh in it.

    The piece knows these values and nothing else of the page, so it cannot depend on anything else.
    """

    def __init__(self, nodelist: NodeList, values: dict[str, FilterExpression]) -> None:
        self.nodelist = nodelist
        self.values = values
        self._fresh = set(nodelist.get_nodes_by_type(Fresh))
        self._pieces: dict[tuple[Any, ...], list[tuple[str, Fresh | None]]] = {}

    def render(self, context: Context) -> str:
        values = {name: value.resolve(context) for name, value in self.values.items()}
        # Equal values of two types (1 and True, safe text and other) are not written alike.
        key = get_language(), context.autoescape, *values.values(), *map(type, values.values())
        piece = self._pieces.get(key)
        if piece is None:
            piece = self._rendered(context, values)
            if not settings.DEBUG:
                if len(self._pieces) >= MOST_KEPT:
                    self._pieces.clear()
                self._pieces[key] = piece
        return "".join(part if fresh is None else part + fresh.nodelist.render(context) for part, fresh in piece)

    def _rendered(self, context: Context, values: dict[str, Any]) -> list[tuple[str, Fresh | None]]:
        inside = context.new(values)
        holes: list[Fresh] = []
        inside.holes = holes  # type: ignore[attr-defined]
        parts = self.nodelist.render(inside).split(_HOLE)
        if len(parts) != len(holes) + 1 or not self._fresh.issuperset(holes):
            raise TemplateSyntaxError("`fresh` stands in a `kept` of the same template, and its text is not changed")
        return list(zip_longest(parts, holes))
