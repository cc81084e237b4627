"""What a visitor of the demo does and sees, in a real browser."""
