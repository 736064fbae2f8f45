"""Account pages of staff: signing in and out, who I am, where I am signed in."""

from delphi.web.account.routes import blueprint

__all__ = ["blueprint"]
