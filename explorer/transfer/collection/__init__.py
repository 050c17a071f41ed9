"""A learner's own pictures on the server: read from a zip or from the browser's lane, named, split, made fit."""

from explorer.transfer.collection.collection import Collection

__all__ = ["Collection"]
