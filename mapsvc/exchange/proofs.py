"""Files that owners send as proof: pictures are encoded anew, PDF files are taken as they are and only downloaded."""

from mapsvc.domain.errors import Invalid, TooLarge, UnsupportedType
from mapsvc.domain.owner_claims import CheckedProof
from mapsvc.exchange.photos import check_photo

#: The largest file, in bytes: a scanned deed of some pages.
MOST_BYTES = 10 * 1024 * 1024
_PDF = b"%PDF-"


def check_proof(data: bytes) -> CheckedProof:
    """Return what may be kept of a file; raise TooLarge above 10 MB, UnsupportedType unless it is a picture or a PDF.

    Of a picture only its pixels are kept. A PDF keeps everything that it holds, so it must only ever be downloaded.
    """
    if len(data) > MOST_BYTES:
        raise TooLarge("the file is larger than 10 MB", code="proof_too_large")
    if data.startswith(_PDF):
        if b"%%EOF" not in data[-2048:]:
            raise Invalid("the file is cut off", "/proof", code="proof_damaged")
        return CheckedProof("pdf", data)
    try:
        return CheckedProof("jpg", check_photo(data).data)
    except UnsupportedType:
        raise UnsupportedType("the file is neither a picture nor a PDF", code="proof_type") from None
