"""Documents of applications, told by what they hold and not by their names: PDF, pictures, office files.

A document is kept byte for byte, since its hash stands on the receipt; so it must only ever be downloaded.
"""

import io
import zipfile
from pathlib import PurePosixPath

from mapsvc.domain.applications import MOST_DOCUMENT_BYTES, CheckedDocument
from mapsvc.domain.errors import Invalid, TooLarge, UnsupportedType
from mapsvc.domain.texts import clean_text

_LONGEST_NAME = 120
_MOST_PARTS = 5_000
_PICTURES = ((b"\xff\xd8\xff", "image/jpeg", "jpg"), (b"\x89PNG\r\n\x1a\n", "image/png", "png"))
_OOXML = "application/vnd.openxmlformats-officedocument."
#: The part that says what an Office Open XML file is, with its type and ending.
_OFFICE = (
    ("word/document.xml", f"{_OOXML}wordprocessingml.document", "docx"),
    ("xl/workbook.xml", f"{_OOXML}spreadsheetml.sheet", "xlsx"),
    ("ppt/presentation.xml", f"{_OOXML}presentationml.presentation", "pptx"),
)
_ODF = {
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
}


def check_document(data: bytes, name: str) -> CheckedDocument:
    """Return what may be kept of a file, under a name with the ending that its content has.

    Raises TooLarge above 25 MB, Invalid for an empty or damaged file, UnsupportedType for any other kind and for
    office files with macros.
    """
    if len(data) > MOST_DOCUMENT_BYTES:
        raise TooLarge("the file is larger than 25 MB", code="document_too_large")
    if not data:
        raise Invalid("the file is empty", "/document", code="document_empty")
    media_type, ending = _kind(data)
    stem = PurePosixPath(name.replace("\\", "/")).name.rpartition(".")[0] or PurePosixPath(name).name
    try:
        stem = clean_text(stem[:_LONGEST_NAME], "/document", _LONGEST_NAME)
    except Invalid:
        stem = ""
    return CheckedDocument(f"{stem.lstrip('.') or 'document'}.{ending}", media_type, data)


def _kind(data: bytes) -> tuple[str, str]:
    if data.startswith(b"%PDF-"):
        if b"%%EOF" not in data[-2048:]:
            raise Invalid("the file is cut off", "/document", code="document_damaged")
        return "application/pdf", "pdf"
    for signature, media_type, ending in _PICTURES:
        if data.startswith(signature):
            return media_type, ending
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp", "webp"
    if data.startswith(b"PK\x03\x04"):
        return _office(data)
    raise UnsupportedType("the file is of another kind", code="document_type")


def _office(data: bytes) -> tuple[str, str]:
    """Return the kind of an office file from the list of its parts; none of them is unpacked but ODF's own short type.

    The type of an ODF file is its first part, stored as it is, at most 100 bytes long.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
            names = {part.filename for part in parts}
            first = parts[0] if parts else None
            kind = b""
            if first is not None and first.filename == "mimetype" and first.file_size <= 100:
                kind = packed.read(first)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError):
        raise Invalid("the file is damaged", "/document", code="document_damaged") from None
    if len(names) > _MOST_PARTS or any(one.lower().endswith(("vbaproject.bin", "vbadata.xml")) for one in names):
        raise UnsupportedType("office files with macros are not accepted", code="document_macros")
    ending = _ODF.get(kind.decode("ascii", "replace"))
    if ending:
        return kind.decode("ascii"), ending
    for part_name, media_type, office_ending in _OFFICE:
        if part_name in names and "[Content_Types].xml" in names:
            return media_type, office_ending
    raise UnsupportedType("the file is of another kind", code="document_type")
