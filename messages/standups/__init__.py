"""What goes out to Slack about standups: answers to whoever sets one up, reminders, reports, and their forms."""
