"""Multi-task learning: what is shared, what is a task's own, and how the updates are made."""
