"""What the bot's token may do at Slack. `manifest.yml` says what it should; a test holds that this says the same."""

from collections.abc import Iterator

from operations.findings import Finding, failed, good, noted

NEEDED_SCOPES = {
    "commands": "Slack has no `/conference`",
    "chat:write": "no board can be posted, and without one nobody is rung",
}
"""What does not work without a scope that nothing can do without."""

_ONE_MESSAGE_TWICE = (
    "a post whose confirmation is lost may appear twice, and *Conference with thread* does not see who wrote"
)

OPTIONAL_SCOPES = {
    "users:read": (
        "bots, deactivated people and people of other workspaces are not told from others, only those in ADMINS are "
        "admins, and quiet hours are in UTC"
    ),
    "usergroups:read": "user groups can't be called",
    "users.profile:read": "the form for a number is not filled in from people's Slack profiles",
    "channels:read": "`number missing` can't see who is in a public channel",
    "groups:read": "`number missing` can't see who is in a private channel",
    "mpim:read": "`number missing` can't see who is in a group message",
    "channels:history": f"in a public channel {_ONE_MESSAGE_TWICE}",
    "groups:history": f"in a private channel {_ONE_MESSAGE_TWICE}",
    "mpim:history": f"in a group message {_ONE_MESSAGE_TWICE}",
}
"""What does not work without a scope for a nicety."""

_MEND = "Your Slack app's page, OAuth & Permissions, Bot Token Scopes: add it there, and install the app anew."


def scopes(granted: frozenset[str]) -> Iterator[Finding]:
    """Each scope of the manifest that a token lacks, and each that it has besides."""
    missing = False
    for scope, loss in NEEDED_SCOPES.items():
        if scope not in granted:
            missing = True
            yield failed(f"SLACK_BOT_TOKEN: lacks the scope {scope}: {loss}. {_MEND}")
    for scope, loss in OPTIONAL_SCOPES.items():
        if scope not in granted:
            missing = True
            yield noted(f"SLACK_BOT_TOKEN: lacks the scope {scope}: {loss}. {_MEND}")
    if not missing:
        yield good("SLACK_BOT_TOKEN: has every scope of manifest.yml.")
    if besides := granted - NEEDED_SCOPES.keys() - OPTIONAL_SCOPES.keys() - {""}:
        yield noted(
            f"SLACK_BOT_TOKEN: may do more than it needs: {', '.join(sorted(besides))}. Take that out of your Slack "
            "app's page, OAuth & Permissions."
        )
