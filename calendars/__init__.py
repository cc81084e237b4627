"""Calendars of holidays: fetched from addresses and files, and read as ICS."""
