"""Carriers: each implements `conference.carrier.Carrier`."""
