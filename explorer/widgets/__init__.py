"""Streamlit-aware Python: the frame, pickers, caches, errors and sources."""
