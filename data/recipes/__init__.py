"""What becomes of each wheel. A recipe names its wheel and turns it into the bytes of one file."""
