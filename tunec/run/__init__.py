"""From a script to a process, and from a failed process to one clear message.

In: a compiled script and the folder of its run. Out: an exit code. Invariant: what runs is the
very file that was written, in a process of its own, and nothing here imports what the script
imports.
"""
