"""A pad to draw on; the drawing goes to the server when the pen is lifted."""

from explorer.browser import component


def drawn() -> str:
    """Mount the pad and return the drawing as a data: address of a PNG, "" while nothing is drawn."""
    asked = component.ask("pad", lambda inline, _asked: {}, {"png": ""})
    return str(asked["png"])
