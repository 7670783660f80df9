"""Photos as they arrive: looked at before they are decoded, turned upright, stripped, and encoded anew.

Where the files of checked photos lie is the store's affair.
"""

import hashlib
import io
import struct
import threading

from PIL import Image, ImageCms, ImageOps

from mapsvc.domain.errors import Invalid, TooLarge, UnsupportedType
from mapsvc.domain.photos import CheckedPhoto
from mapsvc.exchange.image_hashes import image_hash

#: The largest picture that is decoded, in pixels: 75 MB in memory as RGB.
MOST_PIXELS = 25_000_000
#: The largest file that is read, in bytes; a JPEG of 25 megapixels stays below it.
MOST_BYTES = 20 * 1024 * 1024
#: The longer side of what is kept, and of its thumbnail, in pixels.
LONGEST_SIDE = 2048
THUMBNAIL_SIDE = 480

_FORMATS = ("JPEG", "PNG", "WEBP")
_QUALITY = 82
_THUMBNAIL_QUALITY = 78
# Profiles of cameras and screens have a few kilobytes; larger ones are not worth the risk of reading them.
_LARGEST_PROFILE = 256 * 1024
_SIXTEEN_BIT = frozenset({"I;16", "I;16L", "I;16B", "I", "F"})
_SRGB = ImageCms.createProfile("sRGB")
# One photo at a time and process, so that several large ones together cannot take all memory.
_one_at_a_time = threading.Lock()


def check_photo(data: bytes) -> CheckedPhoto:
    """Return the picture of a JPEG, PNG or WebP file as a clean sRGB JPEG of at most 2048 px, with a 480 px thumbnail.

    Nothing of the file survives but its pixels: no EXIF, place, names, comments or profile. Raises TooLarge above
    20 MB or 25 megapixels, UnsupportedType for another kind of file or an animation, Invalid for a damaged one.
    """
    if len(data) > MOST_BYTES:
        raise TooLarge("the file is larger than 20 MB", code="too_large")
    _refuse_by_header(data)
    with _one_at_a_time:
        try:
            picture = _decoded(data)
        except (TooLarge, UnsupportedType):
            raise
        except Image.DecompressionBombError:
            raise TooLarge("the picture has more than 25 megapixels", code="too_many_pixels") from None
        except Image.UnidentifiedImageError:
            raise UnsupportedType("the file is no JPEG, PNG or WebP picture", code="not_an_image") from None
        except Exception:
            # Decoders raise whatever their broken input leads them to: OSError, SyntaxError, struct.error, KeyError …
            raise Invalid("the picture is damaged", "/photo", code="not_an_image") from None
        return encoded(picture)


def _refuse_by_header(data: bytes) -> None:
    """Raise by the first bytes alone, before Pillow makes room for the picture that they announce."""
    size = None
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        size = struct.unpack(">II", data[16:24])
    elif data[:4] == b"RIFF" and data[8:12] == b"WEBP" and len(data) >= 30:
        size = _webp_size(data)
    elif not data.startswith(b"\xff\xd8\xff"):
        raise UnsupportedType("the file is no JPEG, PNG or WebP picture", code="not_an_image")
    if size is not None:
        _check_size(*size)


def _webp_size(data: bytes) -> tuple[int, int]:
    """Return width and height by the first chunk of a WebP file (RFC 9649); raise UnsupportedType for an animation."""
    kind = data[12:16]
    if kind == b"VP8X":
        if data[20] & 0x02:
            raise UnsupportedType("moving pictures are not accepted", code="not_an_image")
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    raise UnsupportedType("the file is no JPEG, PNG or WebP picture", code="not_an_image")


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise TooLarge("the picture has more than 25 megapixels", code="too_many_pixels")


def _decoded(data: bytes) -> Image.Image:
    """Return the upright picture in sRGB, no larger than is kept; what is in the file but no pixel is left behind."""
    with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
        _check_size(*opened.size)
        if getattr(opened, "is_animated", False):
            raise UnsupportedType("moving pictures are not accepted", code="not_an_image")
        turn = opened.getexif().get(0x0112, 1)
        profile = opened.info.get("icc_profile")
        # JPEG can be decoded at half or a quarter of its size, which spares memory and time.
        opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        opened.load()
        picture = _plain(opened)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    picture = _in_srgb(picture, profile)
    clean = Image.new("RGB", picture.size)
    clean.paste(picture)
    if turn in range(2, 9):
        exif = Image.Exif()
        exif[0x0112] = turn
        clean.info["exif"] = exif.tobytes()
        clean = ImageOps.exif_transpose(clean)
        clean.info.clear()
    return clean


def _plain(picture: Image.Image) -> Image.Image:
    """Return the picture in a mode that can be made smaller, transparent parts white."""
    if picture.mode in _SIXTEEN_BIT:
        # Pillow would cut values off at 255 instead of bringing 16 bits down to 8.
        picture = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if picture.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        white = Image.new("RGB", picture.size, "white")
        white.paste(picture, mask=picture.getchannel("A"))
        return white
    if picture.mode in {"RGB", "CMYK", "L"}:
        return picture.copy()
    return picture.convert("RGB")


def _in_srgb(picture: Image.Image, profile: object) -> Image.Image:
    """Return the picture in sRGB; without a usable profile its numbers are taken as they are."""
    if isinstance(profile, bytes) and 0 < len(profile) <= _LARGEST_PROFILE:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(picture, source, _SRGB, outputMode="RGB")
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            return picture.convert("RGB")
    return picture.convert("RGB")


def encoded(picture: Image.Image) -> CheckedPhoto:
    """Return a clean picture as the JPEG that is kept, with its thumbnail."""
    data = _jpeg(picture, _QUALITY)
    small = picture.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    return CheckedPhoto(
        data=data,
        thumbnail=_jpeg(small, _THUMBNAIL_QUALITY),
        width=picture.width,
        height=picture.height,
        sha256=hashlib.sha256(data).hexdigest(),
        image_hash=image_hash(small),
    )


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
    return buffer.getvalue()
