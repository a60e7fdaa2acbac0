"""What views say of themselves for the OpenAPI document, kept until somebody asks for the document.

drf-spectacular's decorators make a class with two dozen methods for each operation and load what draws the document up,
Django's test client included. That is memory of every web process, for something that few ask for and that is drawn up
once. So our decorators of the same names only note what was said; `tell` says it, before the document is drawn up.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import RLock
from typing import Any, ParamSpec, TypeVar, cast

from drf_spectacular import utils

_Said = ParamSpec("_Said")
_Decorator = TypeVar("_Decorator")


class _Noted:
    """What was said and not told yet, in the order of the code: what stands outside builds on what is within."""

    lock = RLock()
    rest: list[Callable[[], object]] = []
    is_told = False


def _later(decorator: Callable[_Said, _Decorator]) -> Callable[_Said, _Decorator]:
    """The same decorator, which leaves what it decorates as it is until `tell`."""

    def say(*args: _Said.args, **options: _Said.kwargs) -> _Decorator:
        def note(view: Any) -> Any:
            # Told is what a module says that is loaded afterwards, and what one decorator says through another.
            if _Noted.is_told:
                return cast("Callable[[Any], Any]", decorator(*args, **options))(view)
            _Noted.rest.append(partial(_apply, decorator, args, options, view))
            return view

        return cast("_Decorator", note)

    return say


def _apply(decorator: Callable[..., Any], args: Any, options: Any, view: Any) -> None:
    decorator(*args, **options)(view)


extend_schema = _later(utils.extend_schema)
extend_schema_view = _later(utils.extend_schema_view)


def tell() -> None:
    """Have drf-spectacular know all that was said. Again is nothing."""
    with _Noted.lock:
        _Noted.is_told = True
        noted, _Noted.rest = _Noted.rest, []
        for say in noted:
            say()
