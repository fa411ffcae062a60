"""Codes 5xx: writing the script, and running it.

In: nothing. Out: `RUN_CODES`. Invariant: an example is commands, since no spec alone triggers any.
"""

from tunec.diagnostics.code import Code

RUN_CODES: tuple[Code, ...] = (
    Code(
        "E501",
        "package-missing",
        what="A package that the script imports is not installed, or is too old.",
        why="tunec itself needs neither torch nor transformers, so they are installed apart.",
        example="# where torch is not installed\n$ tunec run support.tune",
        instead="Run the command that the help names, or let uv do it: `uv run support.py` reads "
        "the packages from the head of the script.",
    ),
    Code(
        "E502",
        "output-in-use",
        what="Another run is writing to the output folder.",
        why="Two runs would write over each other's checkpoints and metrics.",
        example="$ tunec run support.tune &\n$ tunec run support.tune",
        instead="Wait for the other run, or write elsewhere: "
        "`tunec run support.tune --output runs/second`.",
    ),
    Code(
        "E503",
        "output-of-other-script",
        what="The output folder holds a run of another script.",
        why="A run is continued where it stopped only if the script is the same; a different one "
        "would mix two experiments in one folder.",
        example="$ tunec run support.tune\n$ tunec run support.tune --set seed=2",
        instead="Write elsewhere, `--output runs/second`, or remove the old folder if its results "
        "are no longer wanted.",
    ),
    Code(
        "E504",
        "disk-full",
        what="There is not enough room on the disk.",
        why="A checkpoint is written whole or not at all; without room for the next one, the run "
        "stops and the last one stays as it was.",
        example="$ tunec run support.tune --output /mnt/almost-full",
        instead="Make room and run the same command again, which continues from the last "
        "checkpoint; or keep fewer: `checkpoint { keep = 1 }`.",
    ),
    Code(
        "E505",
        "out-of-memory",
        what="The run needed more memory than there is.",
        why="Memory goes to the weights, to the state of the optimizer and to the tokens of one "
        "forward pass. The last can be made smaller without changing the result.",
        example="$ tunec run support.tune --set 'train.forward=1000000 tokens'",
        instead="Lower `forward`, write `gradient_checkpointing = true`, or train less: "
        "`method lora`, then `method qlora`.",
    ),
    Code(
        "E506",
        "script-stopped",
        what="The script stopped by itself, with a message.",
        why="Before any training, a script proves what the compiler could not know, such as that "
        "every row has a token to train on. It stops if that does not hold.",
        example="$ tunec run support.tune",
        instead="Follow the message of the script, which stands under this one.",
    ),
    Code(
        "E507",
        "script-crashed",
        what="The script ended with a Python error.",
        why="Something happened that neither the compiler nor the script expected. The last "
        "checkpoint is as it was.",
        example="$ tunec run support.tune",
        instead="Read the last lines of the error, which name the line of the script. Running the "
        "same command again continues from the last checkpoint.",
    ),
    Code(
        "E508",
        "interrupted",
        what="The run was stopped from outside.",
        why="It was interrupted from the keyboard or ended by the system. A run that is asked to "
        "end saves a checkpoint first.",
        example="$ timeout 60 tunec run support.tune",
        instead="Run the same command again: it continues, and ends with the same weights as a run "
        "that was never interrupted.",
    ),
    Code(
        "E509",
        "python-unusable",
        what="The Python that should run the script does not start or is too old.",
        why="The script runs in a process of its own, and needs Python 3.11 or later with the "
        "packages that it imports.",
        example="# by a Python older than 3.11\n$ tunec run support.tune",
        instead="Install a newer Python, or let uv do it: `uv run support.py` reads the version "
        "and the packages from the head of the script.",
    ),
    Code(
        "E511",
        "script-differs",
        what="The script on disk is not what the spec compiles to.",
        why="The spec was changed after the script was compiled, or the script was edited by hand.",
        example="$ tunec compile support.tune -o support.py\n$ echo '# mine' >> support.py\n"
        "$ tunec compile support.tune -o support.py --check",
        instead="Compile again, `tunec compile support.tune -o support.py`, after keeping what was "
        "changed by hand.",
    ),
    Code(
        "E512",
        "foreign-output",
        what="The file to be written exists and was not written by tunec.",
        why="It may be someone's work, and writing the script would destroy it.",
        example="$ echo 'print()' > train.py\n$ tunec compile support.tune -o train.py",
        instead="Name another file after `-o`, or write `--force` if this one may go.",
    ),
    Code(
        "E513",
        "output-unwritable",
        what="A file or folder cannot be written.",
        why="Its folder is not there, its permissions forbid it, or the name is that of something "
        "else. tunec makes no folders that nobody asked for.",
        example="$ tunec compile support.tune -o no-such-folder/support.py",
        instead="Make the folder, or name another place.",
    ),
    Code(
        "E514",
        "not-in-data",
        what="A preview was asked for a row or a data set that is not there.",
        why="Showing another one instead would be taken for what was asked for.",
        example="# where `data train` has fewer rows\n$ tunec preview support.tune --row 1000000",
        instead="Write a number from 1 to the number of rows, a place as the preview writes it, "
        "or the name of a data set of the spec.",
    ),
    Code(
        "E515",
        "not-accepted",
        what="The tuned model misses what `accept` asks of it, and the exit code is 4.",
        why="What a team asks of its models is of use only if a model that has it not goes no "
        "further. What was trained is kept in `rejected/`; no `adapter/`, `model/` or `merged/` is "
        "left, not even that of an earlier run in the same folder.",
        example="# where a model cannot be that good\n"
        "$ tunec run support.tune --set 'evaluate.accept.validation_loss<0.0001'",
        instead="Read what is missed, and by how much, above the message. Train longer or on other "
        "data, or hand it over all the same: the same command with `--accept-anyway`.",
    ),
    Code(
        "E520",
        "not-a-run",
        what="What was to be evaluated is neither the folder of a run nor that of a model.",
        why="A run's folder holds the script by which it is measured; a model's holds none, so a "
        "spec has to say how.",
        example="$ tunec eval runs/suport\n$ tunec eval runs/support/adapter",
        instead="Name the folder that `tunec run` said it writes to, or a model's folder and "
        "`--spec support.tune`.",
    ),
    Code(
        "E521",
        "not-measurable",
        what="A run cannot be measured: weights, rows, or what its script reads are missing.",
        why="What is measured must be what the run measures; something else in its place would be "
        "taken for that.",
        example="# where the spec holds no rows out\n$ tunec eval runs/support",
        instead="Name other rows, `--data FILE`, or the spec to measure by, `--spec support.tune`.",
    ),
    Code(
        "E522",
        "not-paired",
        what="Two runs hold out different rows, so their answers cannot be compared row by row.",
        why="A difference would be that of the rows as much as that of the models, and what one "
        "run holds out the other may have been trained on.",
        example="# where the two specs have other seeds\n"
        "$ tunec eval runs/support --against runs/second",
        instead="Name rows that neither was trained on: `--data test.jsonl`.",
    ),
    Code(
        "E523",
        "rows-do-not-fit",
        what="A file of `--data` cannot be read by the script of the run.",
        why="Its rows are read and encoded by the functions with which the run's own are.",
        example="# where the run reads JSON Lines\n$ tunec eval runs/support --data rows.csv",
        instead="Write the rows in the format, and with the columns, of the run's own.",
    ),
    Code(
        "E524",
        "evaluation-exists",
        what="There is an evaluation of this name already.",
        why="Results that someone may have reported are not replaced.",
        example="$ tunec eval runs/support --name first\n$ tunec eval runs/support --name first",
        instead="Give it another name, or none: a free one is found then.",
    ),
)
