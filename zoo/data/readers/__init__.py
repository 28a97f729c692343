"""Reads users' files: texts, tables, folders of classes, captions, clips, feature vectors.

In: a path, and the names of columns. Out: `Splits` of raw examples, each a mapping from role to raw value.
"""
