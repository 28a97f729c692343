"""Reads tables row by row: CSV, TSV and JSON lines of any size.

In: a file, and the names of the columns for each role. Out: rows, checked once, of which only their places are kept.
"""
