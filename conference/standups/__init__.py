"""Recurring calls: what a standup is and when it rings, what is typed of it, its days off, and its reports."""
