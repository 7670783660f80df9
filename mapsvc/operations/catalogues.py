"""Message catalogues: `check` finds what is missing in a language, `update` brings the files up to date.

Used by the Makefile: `python -m mapsvc.operations.catalogues check|update`. English is the language of the program and
needs no catalogue.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from mapsvc.config import ROOT

PACKAGE = ROOT / "mapsvc"
TRANSLATIONS = PACKAGE / "web" / "translations"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2")]
OPTIONS = {"**/templates/**.html": {"trimmed": "true"}, "**/templates/**.txt": {"trimmed": "true"}}
KEYWORDS = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
WIDTH = 120


def extracted() -> Catalog:
    """Return all messages of the program and its templates."""
    catalog = Catalog(project="mapsvc", charset="utf-8")
    found = extract_from_dir(
        PACKAGE, method_map=METHODS, options_map=OPTIONS, keywords=KEYWORDS, comment_tags=("Note:",)
    )
    for name, line, message, comments, context in found:
        catalog.add(message, None, [(f"mapsvc/{name}", line)], auto_comments=comments, context=context)
    return catalog


def stored(path: Path) -> Catalog:
    """Return a catalogue file."""
    return read_po(BytesIO(path.read_bytes()), locale=path.parent.parent.name)


def faults(program: Catalog, translated: Catalog) -> list[str]:
    """Return what is missing, doubtful or broken in one language, one sentence for each message."""
    found = []
    for message in program:
        if not message.id:
            continue
        there = translated.get(message.id, message.context)
        shown = repr(message.id if isinstance(message.id, str) else message.id[0])
        if there is None:
            found.append(f"missing: {shown}")
            continue
        texts = there.string if isinstance(there.string, tuple | list) else (there.string,)
        if not all(texts):
            found.append(f"not translated: {shown}")
        elif there.fuzzy:
            found.append(f"doubtful (fuzzy): {shown}")
        # The checkers compare the placeholders of both texts, so that no page fails on a translation.
        else:
            found += [f"broken: {shown}: {error}" for error in there.check(translated)]
    return found


def check() -> int:
    """Print every fault of every language and return their number."""
    program = extracted()
    count = 0
    for path in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.po")):
        for fault in faults(program, stored(path)):
            print(f"{path.relative_to(ROOT)}: {fault}")
            count += 1
    messages = len(program)
    print(f"{messages} messages, {count} faults")
    return count


def update() -> None:
    """Write new messages into every catalogue and take out those the program no longer has; translations stay."""
    program = extracted()
    for path in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.po")):
        catalog = stored(path)
        catalog.update(program, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        output = BytesIO()
        write_po(output, catalog, width=WIDTH, omit_header=False, sort_by_file=False, ignore_obsolete=True)
        path.write_bytes(output.getvalue())
        print(f"{path.relative_to(ROOT)}: {len(catalog)} messages")


if __name__ == "__main__":
    if sys.argv[1:] == ["update"]:
        update()
    else:
        sys.exit(1 if check() else 0)
