"""The parts of the queue: each noun that can wait says which kinds it has, what waits, and how it is shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Item = dict[str, Any]
Detail = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of decision: its code, the colour of its tag, and whether somebody waits for it.

    `chip` and `tag` return its names, on the chip and on a row, in the reader's language.
    """

    code: str
    chip: Callable[[], str]
    tag: Callable[[], str]
    css: str = ""
    deadline: bool = True


@dataclass(frozen=True, slots=True)
class Section:
    """What one noun brings to the queue.

    Keys of its items begin with `prefix`. `items` returns what waits, given the key of the chosen item, and how many
    there are of each kind; `detail` returns what `template` shows of a key, or None when not the account's to see.
    """

    prefix: str
    kinds: tuple[Kind, ...]
    items: Callable[[str], tuple[list[Item], Mapping[str, int]]]
    detail: Callable[[str, Item | None], Detail | None]
    template: str
