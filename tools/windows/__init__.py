"""A Windows in a folder, made of Wine and CPython for Windows, and the list of what is tried on it."""
