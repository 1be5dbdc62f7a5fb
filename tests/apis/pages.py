"""Flawed files for the pages' generator: what a test changes in a good one, and what it is then told."""

from pages.page import Mistaken, Page


def mistakes(page: Page, old: str, new: str) -> str:
    """What is said of the page's file with this in place of that, which it must hold; nothing if it is good."""
    data = page.data.read_text(encoding="utf-8")
    assert old in data
    try:
        page.write(data.replace(old, new).encode(), TAGS)
    except Mistaken as mistaken:
        return str(mistaken)
    return ""


TAGS = frozenset({"REC", "DOC", "SEED", "CLI", "HERE", "GUIDE", "FILE", "HELP"})
