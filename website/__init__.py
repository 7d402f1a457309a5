"""The documentation as a site: what MkDocs calls while it builds, and what makes pages and pictures from the code."""
