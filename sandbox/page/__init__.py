"""The demo page: the workspace, the phones and the wire in a browser."""

from sandbox.page.open import open_page

__all__ = ["open_page"]
