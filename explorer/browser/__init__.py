"""The JavaScript components, one folder each, and the one way to put one on a page."""
