"""The first bytes of a compressed file.

In: bytes that a file starts with. Out: the bytes that they unpack to, as many as are looked at.
Invariant: no more than that is unpacked, whatever the file claims to hold.
"""

ENDINGS = (".gz", ".bz2", ".xz", ".zst")
"""Of compressed files."""


class Spoiled(Exception):
    """Bytes that are not what the ending of the name says."""


def unpacked(data: bytes, whole: bool, ending: str, limit: int) -> tuple[bytes, bool] | None:
    """What the bytes hold, and whether that is all of it; None where only the script can tell.

    Raises Spoiled.
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
            return None
    except Exception as error:  # each library has errors of its own
        raise Spoiled(str(error)) from None
    if whole and not ended and len(found) < limit:
        raise Spoiled("it ends too early")
    return found, whole and ended and not more
