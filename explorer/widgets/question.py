"""Predict, then reveal: a question whose answer opens after a choice. Nothing is counted or sent."""

from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class Choice:
    """One answer: whether it is right, and why or why not."""

    label: str
    why: str
    right: bool = False


def ask(page: str, text: str, choices: tuple[Choice, ...]) -> None:
    """The question with its choices as buttons in a row; the verdict follows the choice."""
    chosen = st.pills(f"**Predict:** {text}", [choice.label for choice in choices], key=f"{page}_predict")
    for choice in choices:
        if choice.label == chosen:
            st.markdown(f"{'**Yes.**' if choice.right else '**Not quite.**'} {choice.why}")
