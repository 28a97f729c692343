"""Reads tables row by row: CSV, TSV and JSON lines of any size.

In: a file, and the column names of each role. Out: checked rows, of which only positions are kept.
"""
