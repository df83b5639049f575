"""The homework's experiments, and the page of the documentation that shows how they end."""
