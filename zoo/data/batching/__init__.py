"""Turns raw examples into the arrays that a training step takes.

In: raw examples and their codecs. Out: batches of encoded examples, padded to a small set of shapes.
"""
