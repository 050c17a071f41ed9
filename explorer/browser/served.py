"""The files that browsers fetch from the app itself: modules, libraries, built-in pictures, what a race begins from.

Addresses carry a digest of the contents, so a browser may keep them for good and never mixes two versions.
"""

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from explorer.browser import library
from explorer.browser.transfer import files

FOLDER = Path(__file__).resolve().parent
PICTURES = FOLDER.parent.parent / "assets" / "pictures"
KEEP = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}


@cache
def modules() -> dict[str, str]:
    """Every JavaScript module below this folder: its path ("shared/controls.js") -> its text."""
    return {file.relative_to(FOLDER).as_posix(): file.read_text("utf-8") for file in FOLDER.rglob("*.js")}


@cache
def version() -> str:
    """A digest of all modules and pictures."""
    digest = hashlib.sha256()
    for path, text in sorted(modules().items()):
        digest.update(path.encode() + b"\0" + text.encode() + b"\0")
    for file in sorted(PICTURES.glob("*.webp")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def module_base() -> str:
    """The folder of the modules, relative to the app's address."""
    return f"explorer-modules/{version()}/"


def picture_url(file: Path, *, inline: bool) -> str:
    """The address of one built-in picture; with `inline`, the picture itself as a data: address."""
    if inline:
        return "data:image/webp;base64," + base64.b64encode(file.read_bytes()).decode()
    return f"explorer-pictures/{version()}/{file.name}"


def routes() -> Sequence[BaseRoute]:
    """What the launcher serves beside Streamlit. No page depends on it: see `explorer.browser.component`."""
    return [
        Route("/explorer-modules/{version}/{path:path}", _module),
        Route("/explorer-pictures/{version}/{name}", _picture),
        Route("/explorer-npm/{version}/{path:path}", _library),
        Route(f"/{files.HOME}/{{version}}/{{path:path}}", _training),
    ]


def _module(request: Request) -> Response:
    path = request.path_params["path"]
    if path not in modules():
        return PlainTextResponse("No such module.", status_code=404)
    return FileResponse(FOLDER / path, media_type="application/javascript", headers=KEEP)


def _picture(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in {file.name for file in PICTURES.glob("*.webp")}:
        return PlainTextResponse("No such picture.", status_code=404)
    return FileResponse(PICTURES / name, media_type="image/webp", headers=KEEP)


def _library(request: Request) -> Response:
    content = library.files().get(request.path_params["path"])
    if content is None:
        return PlainTextResponse("No such library.", status_code=404)
    return Response(content, media_type="application/javascript", headers=KEEP)


def _training(request: Request) -> Response:
    try:
        content = files.read(request.path_params["path"])
    except ValueError as error:
        return PlainTextResponse(str(error), status_code=400)
    json = request.path_params["path"].endswith(".json")
    return Response(
        content, media_type="application/json" if json else "application/octet-stream", headers=KEEP
    )
