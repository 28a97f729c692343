"""Divides examples into training, validation and test, the same way in every run.

In: keys of examples, or documents, and the shares to hold out. Out: the split of each.
"""
