"""A person's phone fetches the card that makes Rollcall's number a contact, which may ring a silent phone."""

from aiohttp import web

PATH = "/contact.vcf"
NAME = "Rollcall"


def register(app: web.Application, *, caller_id: str | None) -> None:
    """Serve the card; `caller_id` is the number that phones show, E.164, or None if that is not known."""

    async def contact_card(_: web.Request) -> web.Response:
        if caller_id is None:
            return web.Response(
                status=404, text="There is no contact card: set HOIIO_CALLER_ID to the number that phones show.\n"
            )
        return web.Response(
            text=_vcard(caller_id),
            content_type="text/vcard",
            charset="utf-8",
            headers={"Content-Disposition": 'attachment; filename="rollcall.vcf"'},
        )

    app.router.add_get(PATH, contact_card)


def _vcard(number: str) -> str:
    """Version 3.0, which phones of all makes take (RFC 2426)."""
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"FN:{NAME}",
        f"N:{NAME};;;;",
        f"ORG:{NAME}",
        f"TEL;TYPE=VOICE:{number}",
        "END:VCARD",
    ]
    return "".join(f"{line}\r\n" for line in lines)
