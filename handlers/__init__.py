"""What comes in: a file for each thing that a person or a carrier can do, each with a `register`."""
