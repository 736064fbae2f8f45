"""`delphi staff`: accounts of the people who run and audit studies."""

from __future__ import annotations

import secrets
import sys

import click
import segno

from delphi.cli.opening import Opened, open_installation
from delphi.domain.totp import SECRET_BYTES, otpauth_address
from delphi.services.staff import StaffMember, add_staff, disable_staff, renew_staff

ISSUER = "Delphi Weights"
# Read aloud and typed without doubt: no 0 and O, no 1, I and L. 20 of 31 characters: 99 bits.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_GROUPS, _GROUP_LENGTH = 5, 4


@click.group(name="staff")
def command() -> None:
    """Let people in who run or audit studies."""


@command.command(name="add")
@click.argument("login")
@click.option("--name", help="Name as shown on pages; the login if left out.")
def add(login: str, name: str | None) -> None:
    """Create an account and print its password, once."""
    opened, password = open_installation(), random_password()
    secret = _second_factor(opened)
    with opened.database.writing() as session:
        member = add_staff(
            session,
            login=login,
            name=name or login,
            password=password,
            around=opened.around,
            totp_secret=secret,
        )
    _print_once(member, password, secret)


@command.command(name="renew")
@click.argument("login")
def renew(login: str) -> None:
    """Give an account a new password and second factor; end its sessions."""
    opened, password = open_installation(), random_password()
    secret = _second_factor(opened)
    with opened.database.writing() as session:
        member = renew_staff(
            session, login=login, password=password, around=opened.around, totp_secret=secret
        )
    _print_once(member, password, secret)


@command.command(name="disable")
@click.argument("login")
def disable(login: str) -> None:
    """Shut an account and end its sessions; `renew` opens it again."""
    with open_installation().database.writing() as session:
        member = disable_staff(session, login=login)
    click.echo(f"{member.login} can no longer sign in.")


def random_password() -> str:
    """Return a new password in groups that can be read aloud."""
    groups = (
        "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS)
    )
    return "-".join(groups)


def _second_factor(opened: Opened) -> bytes | None:
    """Return a new secret where a second factor is asked for: off the loopback address."""
    return None if opened.settings.is_loopback else secrets.token_bytes(SECRET_BYTES)


def _print_once(member: StaffMember, password: str, secret: bytes | None) -> None:
    click.echo(f"login     {member.login}")
    click.echo(f"password  {password}   (shown this once)")
    if secret is None:
        return
    address = otpauth_address(secret, member.login, ISSUER)
    click.echo(f"second factor, for an authenticator program (shown this once):\n{address}")
    if sys.stdout.isatty():
        segno.make(address).terminal(compact=True)
