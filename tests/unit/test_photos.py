"""What happens to photos on their way in: limits, kinds of files, and what is left of them."""

import io
import random
import struct
import zlib

import pytest
from PIL import Image, ImageCms

from mapsvc.domain.errors import DomainError, Invalid, TooLarge, UnsupportedType
from mapsvc.exchange.photos import check_photo


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def decoded(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def png_of(width: int, height: int) -> bytes:
    """A valid black 1-bit PNG of any size in a few kilobytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = zlib.compressobj(9)
    row = b"\0" * (1 + (width + 7) // 8)
    body = b"".join(rows.compress(row) for _ in range(height)) + rows.flush()
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_a_jpeg_is_kept_at_2048_pixels_with_a_thumbnail():
    checked = check_photo(encoded(Image.new("RGB", (4000, 3000), "#b43d17"), "JPEG"))

    picture, small = decoded(checked.data), decoded(checked.thumbnail)
    assert (picture.format, picture.size) == ("JPEG", (2048, 1536))
    assert (checked.width, checked.height) == picture.size
    assert small.size == (480, 360)
    assert all(abs(a - b) < 6 for a, b in zip(picture.getpixel((9, 9)), (0xB4, 0x3D, 0x17), strict=True))


def test_a_small_picture_is_not_blown_up():
    assert decoded(check_photo(encoded(Image.new("RGB", (40, 30)), "PNG")).data).size == (40, 30)


def test_place_names_and_comments_leave_with_the_metadata():
    exif = Image.Exif()
    exif[0x013B] = "Maria Bianchi"
    exif.get_ifd(0x8825).update({1: "N", 2: (45.0, 3.0, 12.5), 3: "E", 4: (7.0, 40.0, 55.1)})
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>Maria</x:xmpmeta>"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = encoded(
        Image.new("RGB", (64, 48), "teal"), "JPEG", exif=exif, comment=b"Maria", icc_profile=profile, xmp=xmp
    )
    assert decoded(data).getexif().get_ifd(0x8825), "the test's own file carries a place"

    checked = check_photo(data)

    for kept in (checked.data, checked.thumbnail):
        picture = decoded(kept)
        assert not picture.getexif()
        assert not {"exif", "comment", "icc_profile", "xmp"} & set(picture.info)
        assert b"Maria" not in kept
        assert b"Exif" not in kept


def test_the_orientation_of_the_camera_is_applied():
    picture = Image.new("RGB", (80, 40), "white")
    picture.paste("black", (0, 0, 20, 40))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees: the left side of the file is the top

    upright = decoded(check_photo(encoded(picture, "JPEG", exif=exif)).data)

    assert upright.size == (40, 80)
    assert upright.getpixel((20, 5))[0] < 40
    assert upright.getpixel((20, 75))[0] > 215


def test_colours_of_another_profile_become_srgb():
    # A Lab profile cannot describe RGB numbers: it is left aside instead of failing.
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    checked = check_photo(encoded(Image.new("RGB", (20, 20), "#336699"), "PNG", icc_profile=lab))

    assert all(abs(a - b) < 8 for a, b in zip(decoded(checked.data).getpixel((5, 5)), (0x33, 0x66, 0x99), strict=True))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_of_png_becomes_a_plain_jpeg(mode):
    picture = decoded(check_photo(encoded(Image.new(mode, (30, 20)), "PNG")).data)

    assert (picture.format, picture.mode) == ("JPEG", "RGB")


def test_sixteen_bits_keep_their_brightness():
    grey = Image.new("I;16", (10, 10), 0x8000)

    assert abs(decoded(check_photo(encoded(grey, "PNG")).data).getpixel((5, 5))[0] - 0x80) < 4


def test_transparent_parts_become_white():
    assert decoded(check_photo(encoded(Image.new("RGBA", (10, 10), (0, 0, 0, 0)), "PNG")).data).getpixel((5, 5)) == (
        255,
        255,
        255,
    )


def test_a_cmyk_jpeg_is_accepted():
    assert decoded(check_photo(encoded(Image.new("CMYK", (10, 10)), "JPEG")).data).mode == "RGB"


@pytest.mark.parametrize("options", [{}, {"lossless": True}, {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"}])
def test_webp_is_accepted(options):
    assert decoded(check_photo(encoded(Image.new("RGB", (50, 40), "navy"), "WEBP", **options)).data).size == (50, 40)


def test_a_png_of_144_megapixels_is_refused_before_it_is_decoded():
    data = png_of(12_000, 12_000)
    assert len(data) < 40_000

    with pytest.raises(TooLarge) as caught:
        check_photo(data)

    assert caught.value.code == "too_many_pixels"


def test_a_jpeg_and_a_webp_that_announce_too_many_pixels_are_refused():
    jpeg = bytearray(encoded(Image.new("L", (16, 16)), "JPEG"))
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = struct.pack(">HH", 20_000, 20_000)
    size = (16_383).to_bytes(3, "little")
    webp = b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + size + size

    for data in (bytes(jpeg), webp):
        with pytest.raises(TooLarge) as caught:
            check_photo(data)
        assert caught.value.code == "too_many_pixels"


def test_25_megapixels_are_just_accepted():
    assert check_photo(png_of(5_000, 5_000)).width == 2048


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a" + b"\0" * 40,
        b"%PDF-1.7\n",
        b"RIFF____WEBP",
    ],
)
def test_what_is_no_accepted_picture_is_refused(data):
    with pytest.raises(UnsupportedType) as caught:
        check_photo(data)

    assert caught.value.code == "not_an_image"


def test_a_picture_of_another_kind_is_refused_whatever_it_is_called():
    for kind in ("GIF", "BMP", "TIFF"):
        with pytest.raises(UnsupportedType):
            check_photo(encoded(Image.new("RGB", (8, 8)), kind))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_moving_pictures_are_refused(kind):
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "blue")]
    with pytest.raises(UnsupportedType):
        check_photo(encoded(frames[0], kind, save_all=True, append_images=frames[1:]))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_truncated_file_is_refused(kind):
    noise = Image.effect_noise((400, 300), 80).convert("RGB")
    data = encoded(noise, kind)

    with pytest.raises(Invalid) as caught:
        check_photo(data[: len(data) // 2])

    assert caught.value.code == "not_an_image"


def test_a_file_above_20_megabytes_is_refused():
    with pytest.raises(TooLarge) as caught:
        check_photo(b"\xff\xd8\xff" + b"\0" * (20 * 1024 * 1024))

    assert caught.value.code == "too_large"


def test_damaged_files_end_in_an_answer_and_nothing_else():
    chance = random.Random(7)
    originals = [encoded(Image.effect_noise((60, 40), 60).convert("RGB"), kind) for kind in ("JPEG", "PNG", "WEBP")]
    answers = set()
    for turn in range(300):
        data = bytearray(originals[turn % 3])
        for _ in range(chance.randint(1, 12)):
            data[chance.randrange(4, len(data))] = chance.randrange(256)
        try:
            answers.add(check_photo(bytes(data)).width > 0)
        except DomainError as error:
            answers.add(error.code)
    assert answers <= {True, "not_an_image", "too_many_pixels"}
    assert "not_an_image" in answers
