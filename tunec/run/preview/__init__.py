"""What `tunec preview` shows, made by the script's own functions in a process of its own.

In: a script and a `Wanted`. Out: rows or figures, as text, JSON or a page. Invariant: `script.py`
alone knows the names of a script's functions; nothing is rendered or encoded by other means, so
that what is shown is what is trained.
"""
