"""Reads users' files: texts, tables, folders of classes, captions, clips, feature vectors.

In: a path, and which columns are meant. Out: `Splits` of raw examples, each a mapping from role to raw value.
"""
