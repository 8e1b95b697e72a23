"""Homework: from one source notebook to a student's version, a check, and safe grades.

A source notebook holds solutions and hidden tests in nbgrader's format. `release` takes both out;
`grading` runs a submission behind the wall of a `sandbox` and judges it from outside; `checks` is
what test cells ask with.
"""
