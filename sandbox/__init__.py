"""Stand-ins for the outside world: a Hoiio, a Slack workspace, and a clock that can be moved. The bot knows of none."""
