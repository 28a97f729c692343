"""Keeps what is too large for memory on disk: rows, arrays, tokens.

In: the places of records in files, arrays, encoded documents. Out: the same, read by number when they are asked for.
"""
