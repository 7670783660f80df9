"""Commands for accounts. Everything else about people is done at the desk, under /desk/people."""

from __future__ import annotations

import secrets

import click

from mapsvc.domain.people import Role
from mapsvc.operations import console
from mapsvc.operations.deployment import Deployment

SHORTEST_PASSWORD = 10
DRAWN_BYTES = 12
ROLES = [role.value for role in (Role.ADMINISTRATOR, Role.OFFICER, Role.DIRECTOR, Role.MODERATOR)]


@click.group()
def user() -> None:
    """Make accounts from the command line."""


@user.command()
@click.argument("email")
@click.option("--name", help="As colleagues see it; without it, the part of EMAIL before the @.")
@click.option("--role", type=click.Choice(ROLES), help="What the account may do in the whole deployment.")
@click.option(
    "--password", help="At least ten characters; it may be seen in the shell's history. Without it, one is drawn."
)
@click.option("--prompt", "ask", is_flag=True, help="Ask for the password instead of drawing one.")
def create(email: str, name: str | None, role: str | None, password: str | None, ask: bool) -> None:
    """Make an account for EMAIL, or give the one that is there a new password and role.

    The first administrator is made here; further people are invited at /desk/people and choose their own password.

    \b
    mapsvc user create ada@city.example --role administrator
    """
    from mapsvc import bootstrap
    from mapsvc.operations import startup
    from mapsvc.usecases.people import NewAccount, create_account

    if ask:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    drawn = password is None
    password = password or secrets.token_urlsafe(DRAWN_BYTES)
    if len(password) < SHORTEST_PASSWORD:
        raise click.BadParameter(f"The password needs at least {SHORTEST_PASSWORD} characters.")
    deployment = Deployment.here()
    startup.prepare(deployment, console.say)
    services = bootstrap.build(deployment.settings)
    account = NewAccount(email, name or email.split("@", maxsplit=1)[0], services.hash_password(password), role or "")
    create_account(services.unit_of_work(), account, services.clock.now())
    console.done(f"The account {email} is ready" + (f" with the role {role}." if role else "."))
    if drawn:
        click.echo(f"Password, shown only now: {password}")
