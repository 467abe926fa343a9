"""Zip files and workbooks whose bytes depend on their contents alone."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from openpyxl import Workbook

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_STAMP: Final = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def write_zip(path: Path, members: Mapping[str, bytes]) -> None:
    """Write members in the order given, all dated 1980-01-01."""
    path.write_bytes(_zipped(members))


def workbook_bytes(book: Workbook) -> bytes:
    """Save a workbook without the moment of saving in it."""
    book.properties.created = dt.datetime(1980, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
    held = io.BytesIO()
    book.save(held)
    with zipfile.ZipFile(held) as saved:
        members = {info.filename: saved.read(info) for info in saved.infolist()}
    core = "docProps/core.xml"
    members[core] = _STAMP.sub(rb"\g<1>1980-01-01T00:00:00Z", members[core])
    return _zipped(members)


def _zipped(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as zipped:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o644 << 16
            zipped.writestr(info, content, compresslevel=9)
    return out.getvalue()
