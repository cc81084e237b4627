"""What an operator types in a shell, beside running the bot."""
