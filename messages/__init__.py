"""What goes out to Slack: what it says, and how it gets there."""
