"""Text in any script: the right glyphs, joined and in the right order, and never a text that stops a page."""
