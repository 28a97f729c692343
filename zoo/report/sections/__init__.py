"""The sections of each topology: a run goes in, sections come out."""
