"""Codes about where rows come from: splits, folders, filters, functions.

In: nothing. Out: `DATA_CODES`. Invariant: that of `codes`.
"""

from tunec.diagnostics.code import Code

DATA_CODES: tuple[Code, ...] = (
    Code(
        "E241",
        "bad-split",
        what="The split of a data set on the hub cannot be read.",
        why="It names splits, each with a slice in rows or in percent, joined by `+`.",
        example='data train { source "hub:acme/rows" { split = "train[:20]%" } }',
        instead='Write, for example, `split = "train[:20%]+test"`.',
    ),
    Code(
        "E441",
        "mixed-formats",
        what="A folder or a pattern stands for files of several formats.",
        why="They might be the same rows twice, or something that is no data. All files of a "
        "source are read in one way.",
        example='# the folder data has a.jsonl and b.csv in it\ndata train { source "data" }',
        instead='Write one source for each: `source "data/*.jsonl"`.',
    ),
    Code(
        "E442",
        "bad-filter",
        what="The expression of a filter cannot be understood.",
        why="It becomes code of the script, so it may say only what certainly does what it seems "
        "to: comparisons of columns with texts and numbers, `and`, `or`, `not`, `in`, `is None`, "
        "arithmetic, `len(…)`, and the methods `lower`, `upper`, `strip`, `startswith`, "
        "`endswith` and `count`. Numbers of the data are text: a column that is compared with a "
        "number is read as one, and two columns are put in an order only as `number(…)`.",
        example='data train { source "rows.jsonl" { filter = "question" } }',
        instead="Write, for example, `filter = \"len(question) > 3 and lang == 'en'\"`, or a "
        'Python function: `filter = "rows.py:is_wanted"`.',
    ),
    Code(
        "E443",
        "function-not-found",
        what="A Python function that a spec names is not there, or does not take a row.",
        why="The script would stop at its start. The file is read, not run, to see what it has.",
        example='data train { source "rows.jsonl" { map = "no_such_file.py:to_row" } }',
        instead="Correct the path, or the name after the colon.",
    ),
    Code(
        "E444",
        "not-looked-into",
        what="The first rows of a file cannot be read where the spec is compiled.",
        why="Parquet, Arrow and zstd files are read by pyarrow, which the script needs, but a "
        "compile does not. Without it columns and values are not checked before the run. This is "
        "a warning.",
        example="",
        instead="Install pyarrow where you compile, or rely on the checks of the script.",
    ),
    Code(
        "E445",
        "rows-too-long",
        what="Most of the first rows are longer than `max_length`.",
        why="They would be dropped or cut, and a run would train on what is left without an error. "
        "Rows are counted with the model's tokenizer where the package `tokenizers` is installed; "
        "what a chat template adds is not counted. This is a warning.",
        example="# the rows have 3000 tokens\n"
        'model "models/base" { max_length = 1024 tokens }\ndata train { source "rows.jsonl" }',
        instead="Write a larger `max_length`, or say with `overflow` what else shall happen.",
    ),
    Code(
        "E446",
        "bad-pattern",
        what="The pattern of a metric is not a regular expression.",
        why="It is compiled by Python's `re` when the script measures, after the training.",
        example='evaluate { generate { metric regex_match { pattern = "(" } } }',
        instead='Write, for example, `pattern = "^[A-Z]+$"`.',
    ),
    Code(
        "E447",
        "bad-schema",
        what="The file of a JSON schema is not there, or holds none.",
        why="The script reads it at its start. Whether it is a valid schema is checked there, by "
        "the package jsonschema.",
        example='evaluate { generate { metric json_schema { schema = "no_such_file.json" } } }',
        instead="Correct the path.",
    ),
    Code(
        "E448",
        "bad-task",
        what="The file of a task of `harness` is not there, or holds none.",
        why="The script loads its tasks, with their data, at its start. Names of tasks and what "
        "else is in such a file are looked at there, by lm_eval.",
        example='evaluate { harness { tasks = ["no_such_task.yaml"] } }',
        instead="Correct the path. A task that lm_eval knows is written without `.yaml`.",
    ),
    Code(
        "E449",
        "bad-judge",
        what="A judge cannot be asked: its address, its question, or where its key comes from.",
        why="The script asks it when answers are measured. A key that stood in a spec would be in "
        "the script, in what it prints, and wherever these are kept.",
        example='evaluate { generate { metric judge { address = "localhost", model = "judge" } } }',
        instead='Write `address = "http://localhost:8000/v1"`, `key_from = "JUDGE_KEY"`, and a '
        "`prompt` with `{{ given }}` in it.",
    ),
    Code(
        "E450",
        "bad-embedder",
        what="The folder of the model that embeds answers is not there, or has no model.",
        why="The script loads it when answers are measured, and fetches nothing.",
        example='evaluate { generate { metric similarity { model = "no_such_folder" } } }',
        instead="Correct the path; save the model there, with its tokenizer.",
    ),
)
