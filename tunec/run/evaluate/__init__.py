"""What `tunec eval` measures, by the script's own functions in a process of its own.

In: a run, or a model and a spec. Out: measures, answers, and how they compare. Invariant:
`script.py` alone knows the names of a script's functions; nothing is measured by other means, so
that what is measured is what the run measures.
"""
