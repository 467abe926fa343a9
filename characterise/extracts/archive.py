"""Members of zip archives, unpacked within bounds: an archive can claim and unpack to anything."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from characterise.errors import UnreadableExtract

LARGEST_TEXT: Final = 100_000_000
"""Most bytes of one file. Reading takes memory of about 22 times the bytes of a long file and 86
times those of a wide one (measured on 59 MB and 9.5 MB), so more would not fit most machines. It is
300 meter-years in wide rows, 130 in long ones."""
MOST_RATIO: Final = 250
"""Bytes that a packed byte may unpack to, counted for members above `SMALL`. A wide file of nothing
but zeros reaches 90; deflate ends at 1,032."""
SMALL: Final = 10_000_000
LEAST_ALLOWED: Final = 1_000_000_000
"""Bytes that any archive may unpack to, however small it is."""
_PIECE: Final = 1 << 20
_ENCRYPTED: Final = 0x1
_PACKINGS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Only these unpack piece by piece; bzip2 and LZMA may blow one piece up to gigabytes."""

_DAMAGE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,  # and its kinds: zipfile raises one where a header asks for a packing it lacks
)


class Unpackable(UnreadableExtract):
    """A member that is damaged, encrypted or would unpack beyond every bound."""


@dataclass
class Allowance:
    """Bytes that an archive may still unpack to, the archives within it included."""

    left: int

    @classmethod
    def of(cls, size: int) -> Allowance:
        """Allowance of an archive of ``size`` bytes: overlapping members cannot exceed it."""
        return cls(LEAST_ALLOWED + MOST_RATIO * size)

    def take(self, count: int) -> None:
        """Count unpacked bytes.

        Raises
        ------
        Unpackable
            There were more than allowed.
        """
        self.left -= count
        if self.left < 0:
            raise Unpackable(
                f"The archive unpacks to more than {MOST_RATIO} times its size, as meter data "
                "never does; unpack what you trust of it and read that"
            )


def unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, allowance: Allowance) -> bytes:
    """Bytes of one member, counted while they are unpacked, whatever its header claims.

    Raises
    ------
    Unpackable
    """
    _refuse_by_header(member)
    pieces = io.BytesIO()
    for piece in _pieces(archive, member, allowance):
        pieces.write(piece)
    return pieces.getvalue()


def within_bounds(data: bytes, allowance: Allowance) -> None:
    """Unpack a workbook once, keeping nothing, before anything trusts its size.

    Raises
    ------
    Unpackable
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            left = LARGEST_TEXT
            for member in book.infolist():
                _refuse_by_header(member)
                for piece in _pieces(book, member, allowance):
                    left -= len(piece)
                    if left < 0:
                        raise Unpackable(
                            f"The workbook unpacks to more than {megabytes(LARGEST_TEXT)}; "
                            "split it, or export its sheets as CSV"
                        )
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise Unpackable(f"The workbook is damaged ({error}); export it again") from error


def megabytes(count: int) -> str:
    """Bytes in words."""
    return f"{count / 1e6:,.0f} MB"


def _refuse_by_header(member: zipfile.ZipInfo) -> None:
    if member.flag_bits & _ENCRYPTED:
        raise Unpackable("The file is encrypted; unpack it with its password and read that")
    if member.compress_type not in _PACKINGS:
        raise Unpackable("The file is packed in a way that is not read; pack it again as plain zip")
    if member.file_size > LARGEST_TEXT:
        raise Unpackable(
            f"The file unpacks to {megabytes(member.file_size)}, more than the "
            f"{megabytes(LARGEST_TEXT)} that are read at once; split it and read the parts"
        )
    if member.file_size > max(SMALL, MOST_RATIO * member.compress_size):
        raise Unpackable(
            f"The file unpacks to {member.file_size // max(member.compress_size, 1):,} times its "
            "size, as meter data never does; unpack it yourself if you trust it"
        )


def _pieces(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, allowance: Allowance
) -> Iterator[bytes]:
    try:
        with archive.open(member) as packed:
            while piece := packed.read(_PIECE):
                allowance.take(len(piece))
                yield piece
    except _DAMAGE as error:
        because = str(error) or type(error).__name__
        raise Unpackable(
            f"The file is damaged inside its archive ({because}); fetch it again"
        ) from error
