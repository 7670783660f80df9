"""Options of our elements as text that is safe inside a script element. Nothing about maps belongs here."""

from __future__ import annotations

import json
from typing import Any

# Every sign that could end a script element or start a comment in it, as a JavaScript escape. U+2028 and U+2029
# are escaped by ensure_ascii.
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", ord("'"): "\\u0027"}


def script_json(value: Any) -> str:
    """Return a value as JSON in plain ASCII that cannot leave a script element.

    Folium's own ``tojavascript`` does not escape the keys of a dictionary, so it is not used for our options.
    Raises ValueError for NaN and infinite numbers, which are not JSON.
    """
    return json.dumps(value, ensure_ascii=True, allow_nan=False).translate(_ESCAPES)
