"""Cells of tables that other people open in a spreadsheet program."""

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def neutral(text: str) -> str:
    """Return a text that no spreadsheet program runs: an apostrophe stands before a sign that would start a formula."""
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text
