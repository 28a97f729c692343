"""A sweep: runs of one task with other settings each, chosen by Optuna, in a folder that any number of processes share.

In go a task, fixed settings and a space to search; out come ordinary runs, and the Optuna study that compares them.
"""
