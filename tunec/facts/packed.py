"""The first bytes of a compressed file.

In: bytes that a file starts with. Out: the bytes that they unpack to, as many as are looked at.
Invariant: no more than that is unpacked, whatever the file claims to hold.
"""

from tunec.facts.columnar import Unread

ENDINGS = (".gz", ".bz2", ".xz", ".zst")
"""Of compressed files."""
_PIECE = 16 * 1024


class Spoiled(Exception):
    """Bytes that are not what the ending of the name says."""


def unpacked(data: bytes, whole: bool, ending: str, limit: int) -> tuple[bytes, bool]:
    """What the bytes hold, and whether that is all of it.

    Raises Spoiled, Unread.
    """
    # Libraries are imported where a file needs them; a check has to stay light.
    try:
        if ending == ".gz":
            import zlib

            gzip = zlib.decompressobj(31)
            found = gzip.decompress(data, limit)
            ended, more = gzip.eof, gzip.unused_data
        elif ending == ".bz2":
            import bz2

            bzip = bz2.BZ2Decompressor()
            found = bzip.decompress(data, limit)
            ended, more = bzip.eof, bzip.unused_data
        elif ending == ".xz":
            import lzma

            xz = lzma.LZMADecompressor()
            found = xz.decompress(data, limit)
            ended, more = xz.eof, xz.unused_data
        else:
            found, ended = _zstandard(data, limit)
            more = b""
    except Unread:
        raise
    except Exception as error:  # each library has errors of its own
        raise Spoiled(str(error)) from None
    if whole and not ended and len(found) < limit:
        raise Spoiled("it ends too early")
    return found, whole and ended and not more


def _zstandard(data: bytes, limit: int) -> tuple[bytes, bool]:
    """What the bytes hold, and whether they end there; with the library that the script uses."""
    try:
        import pyarrow
    except ImportError:
        raise Unread("pyarrow") from None
    stream = pyarrow.CompressedInputStream(pyarrow.BufferReader(data), "zstd")
    found = b""
    while len(found) <= limit:
        try:
            piece = stream.read(_PIECE)
        except OSError:
            if found:  # the bytes are cut
                break
            raise
        if not piece:
            return found, True
        found += piece
    return found[:limit], False
