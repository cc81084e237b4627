"""What an operator sees of the running bot: its log, and its metrics."""
