"""Run, check and clean the notebooks of a checkout: what the `lecturekit` command does."""
