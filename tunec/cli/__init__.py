"""The command line: a file per command, and no logic of the compiler.

In: words and files. Out: text, and an exit code: 0 done, 1 the input has a problem, 2 the command
line is misused, 3 tunec itself failed, 4 the tuned model misses what `accept` asks of it.
Invariant: what is imported before a command runs is light, see `arguments.py`.
"""

DONE, PROBLEM, MISUSE, FAULT, NOT_ACCEPTED = 0, 1, 2, 3, 4

COMMANDS = {
    "check": "report every problem of a spec",
    "compile": "turn a spec into a script",
    "run": "compile a spec, and run the script",
    "eval": "measure a run again, or compare two",
    "preview": "show the first rows as the model will see them",
    "fmt": "put a spec into the one canonical layout",
    "explain": "say what a code, a setting or a block means",
    "dump": "print a stage of the compiler as JSON",
    "init": "write a first spec, or copy a sample",
}
"""Each command and what it does; the module `tunec.cli.<command>_command` has the rest."""
