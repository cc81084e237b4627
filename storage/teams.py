"""Saved groups of people."""

from collections.abc import Mapping
from datetime import datetime

from sqlite_utils import Database

from conference.invitation import Guest, Invitation, read_written
from conference.teams import Team, TeamChange, TeamInUseError
from storage.connection import Connection


class Teams(Connection):
    """The part of `Storage` that keeps teams."""

    async def teams(self, team_id: str) -> list[Team]:
        """All teams of a workspace, by name."""

        def work() -> list[Team]:
            return list(map(_read, self._db.query("SELECT * FROM teams WHERE team_id = ? ORDER BY name", [team_id])))

        return await self._run(work)

    async def team(self, team_id: str, name: str) -> Team | None:
        return await self._run(lambda: _find(self._db, team_id, name))

    async def change_team(self, team_id: str, name: str, change: TeamChange) -> tuple[Team | None, Team]:
        """Store what `change` makes of a team; returns it as it was, None where there was none, and as it is.

        What `change` raises is raised, and nothing is stored.
        """

        def work() -> tuple[Team | None, Team]:
            with self._transaction():
                before = _find(self._db, team_id, name)
                after = change(before)
                _write(self._db, after)
            return before, after

        return await self._run(work)

    async def delete_team(self, team_id: str, name: str, chosen: TeamChange) -> Team:
        """Delete the team that `chosen` returns, given what is stored; what it raises is raised.

        Raises TeamInUseError.
        """

        def work() -> Team:
            with self._transaction():
                team = chosen(_find(self._db, team_id, name))
                if standups := _standups_ringing(self._db, team_id, name):
                    raise TeamInUseError(standups)
                _delete(self._db, team_id, name)
            return team

        return await self._run(work)


def forget_in_teams(db: Database, team_id: str, number: str) -> None:
    """Take a number out of all teams, in a transaction of the caller's; a team of nobody else is deleted."""
    rows = db.query("SELECT * FROM teams WHERE team_id = ? AND instr(invitees, ?)", [team_id, number])
    for team in list(map(_read, rows)):
        left = tuple(invitee for invitee in team.invitees if invitee != Guest(number))
        if left:
            db.table("teams").update((team_id, team.name), {"invitees": str(Invitation(left))})
        else:
            _delete(db, team_id, team.name)


def _find(db: Database, team_id: str, name: str) -> Team | None:
    rows = db.query("SELECT * FROM teams WHERE team_id = ? AND name = ?", [team_id, name])
    return next(map(_read, rows), None)


def _standups_ringing(db: Database, team_id: str, name: str) -> list[str]:
    rows = db.execute(
        "SELECT name FROM standups WHERE team_id = ? AND is_deleted = 0 "
        "AND EXISTS (SELECT 1 FROM json_each(team_names) WHERE value = ?) ORDER BY name",
        [team_id, name],
    )
    return [standup for (standup,) in rows.fetchall()]


def _read(row: Mapping[str, str]) -> Team:
    return Team(
        row["team_id"],
        row["name"],
        read_written(row["invitees"]).invitees,
        row["made_by"],
        datetime.fromisoformat(row["made_at"]),
    )


def _write(db: Database, team: Team) -> None:
    row = {**vars(team), "invitees": str(Invitation(team.invitees)), "made_at": team.made_at.isoformat()}
    db.table("teams").upsert(row, pk=("team_id", "name"))


def _delete(db: Database, team_id: str, name: str) -> None:
    db.execute("DELETE FROM teams WHERE team_id = ? AND name = ?", [team_id, name])
