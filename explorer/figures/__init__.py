"""Numbers -> plotly figures. No streamlit, no torch: they work in a notebook too."""
