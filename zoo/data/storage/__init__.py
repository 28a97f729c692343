"""Keeps data too large for memory on disk: rows, arrays, tokens.

In: positions of records in files, arrays, encoded documents. Out: the same data, read by number on demand.
"""
