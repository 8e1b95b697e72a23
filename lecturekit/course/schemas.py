"""Two seconds less at the start of whatever reads notebooks: a check that none of them needs."""

from __future__ import annotations

import sys


def skip_addresses() -> None:
    """Keep jsonschema from compiling the grammar of international addresses (RFC 3987).

    It does so when it is imported, also for who checks none, and notebooks hold none. Where the
    package with the grammar is missing it leaves that check out, and so it does after this call.
    Too late, and without effect, once jsonschema is imported.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
