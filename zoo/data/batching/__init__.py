"""Turns raw examples into the arrays of a training step.

In: raw examples and their codecs. Out: batches of encoded examples, padded to a small set of shapes.
"""
