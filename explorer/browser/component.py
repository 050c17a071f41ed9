"""Puts a JavaScript component on the page: a small loader inline, everything else by address.

The loader imports `NAME/NAME.js` from the app's own server. Where that cannot be had (a host that ignores the
launcher's routes, a proxy that drops them), it asks for the sources once and links them in the browser.
"""

import logging
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import streamlit as st

from explorer.browser import served

JsonLike = Any


@cache
def _registered(name: str) -> Any:
    css = "\n".join(
        (served.FOLDER / path).read_text("utf-8") for path in ("shared/shared.css", f"{name}/{name}.css")
    )
    html = (
        '<div class="root" data-component="' + name + '"><p class="loading" role="status">Loading …</p></div>'
    )
    return st.components.v2.component(f"explorer_{name}", html=html, css=css, js=_loader(name))


@cache
def _loader(name: str) -> str:
    text = (served.FOLDER / "loader.txt").read_text("utf-8")
    return text.replace("__ENTRY__", f"{name}/{name}.js")


def show(
    name: str,
    data: Callable[[bool], Mapping[str, JsonLike]],
    answer: Callable[[JsonLike], JsonLike] | None = None,
) -> str | None:
    """Mount component `name`. `data(inline)` gives its constants; `inline` asks for pictures as data: URLs.

    What the component asks with `setTriggerValue("ask", question)` is given to `answer`; what that returns comes
    back in this run alone, as `data.answer`.
    Returns what the component asked to `open` in this run (a page's address), or None.
    """
    asked = _mounted(name, lambda inline, _: data(inline), {}, ("open", "ask"), answer)["open"]
    return asked if isinstance(asked, str) else None


def told(
    name: str,
    data: Callable[[bool], Mapping[str, JsonLike]],
    states: Mapping[str, JsonLike],
    answer: Callable[[JsonLike], JsonLike] | None = None,
) -> Mapping[str, JsonLike]:
    """As `show`, for a component that sets the values of `states`, which the page has from here on."""
    return _mounted(name, lambda inline, _: data(inline), states, ("ask",), answer)


def ask(
    name: str,
    data: Callable[[bool, Mapping[str, JsonLike]], Mapping[str, JsonLike]],
    states: Mapping[str, JsonLike],
) -> Mapping[str, JsonLike]:
    """Mount component `name` that sets the values of `states` on the server; `data(inline, values)` answers them."""
    return _mounted(name, data, states, (), None)


def _mounted(
    name: str,
    data: Callable[[bool, Mapping[str, JsonLike]], Mapping[str, JsonLike]],
    states: Mapping[str, JsonLike],
    triggers: tuple[str, ...],
    answer: Callable[[JsonLike], JsonLike] | None,
) -> Mapping[str, JsonLike]:
    key = f"component_{name}"
    held = st.session_state.get(key) or {}
    asked = {state: held.get(state, initial) for state, initial in states.items()}
    inline = bool(held.get("inline"))
    payload: dict[str, JsonLike] = {"base": served.module_base(), **data(inline, asked)}
    if inline:
        payload["modules"] = served.modules()
    if answer is not None and held.get("ask") is not None:
        payload["answer"] = _answered(answer, held["ask"])
    heard = {f"on_{one}_change": lambda: None for one in ("inline", *states, *triggers)}
    result = _registered(name)(key=key, data=payload, default={"inline": False, **states}, **heard)
    return {one: result.get(one, states.get(one)) for one in (*states, *triggers)}


def _answered(answer: Callable[[JsonLike], JsonLike], question: JsonLike) -> JsonLike:
    """The answer; a sentence where it could not be given, so that nobody waits for it."""
    try:
        return answer(question)
    except Exception:
        logging.getLogger(__name__).exception("a question of a page could not be answered")
        number = question.get("n") if isinstance(question, Mapping) else None
        return {"n": number, "problem": "the server could not answer: its log says why"}
