"""CNN explorer: the concepts, figures and widgets behind the pages."""
