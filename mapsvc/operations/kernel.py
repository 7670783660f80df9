"""What the kernel tells about processes; a zombie counts as gone."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

POLL_SECONDS = 0.05


def born(pid: int) -> str | None:
    """Return the moment a process was born, in ticks since a boot, with that boot's id; None when it is gone."""
    _reap(pid)
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field, the program's name, may hold spaces and brackets; the fields after it may not.
    after_name = text.rpartition(")")[2].split()
    state, ticks = after_name[0], after_name[19]
    return None if state in {"Z", "X"} else f"{boot}:{ticks}"


def working_in(folder: Path) -> list[int]:
    """Return the processes whose working directory is `folder`, as far as this user may see them."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink() == folder:
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def wait(condition: Callable[[], bool], seconds: float) -> bool:
    """Poll until `condition` holds or the time is over; return whether it holds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(POLL_SECONDS)
    return condition()


def _reap(pid: int) -> None:
    """Let a child of this very process disappear once it has ended; for anybody else's child this does nothing."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return
