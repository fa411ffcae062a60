"""Codes 2xx: names and values, each judged on its own.

In: nothing. Out: `VALUES_CODES`. Invariant: every example is a part of a spec that triggers its
code, or commands that do.
"""

from tunec.diagnostics.code import Code

VALUES_CODES: tuple[Code, ...] = (
    Code(
        "E201",
        "unknown-setting",
        what="A setting has a name that its block does not have.",
        why="A setting that is not understood would be ignored, and the run would differ from what "
        "the spec seems to say.",
        example="method lora { ranks = 16 }",
        instead="Write one of the settings that the message lists. `tunec explain method.lora` "
        "lists them with their defaults.",
    ),
    Code(
        "E202",
        "unknown-block",
        what="A block has a keyword that is not known where it stands.",
        why="A block that is not understood would be ignored with all that is in it. Some blocks "
        "belong inside another: `optimizer` and `schedule` in `train`, `generate` in `evaluate`.",
        example="trainer { epochs = 3 }",
        instead="Write the keyword that the message names, or move the block to where it belongs: "
        "`train { epochs = 3 }`.",
    ),
    Code(
        "E203",
        "out-of-range",
        what="A number lies outside the limits of its setting.",
        why="Outside these limits the value has no meaning, or training would fail or do nothing.",
        example="method lora { rank = 0 }",
        instead="Write a number within the limits that the message gives: "
        "`method lora { rank = 16 }`.",
    ),
    Code(
        "E204",
        "wrong-type",
        what="A value is of another sort than its setting takes, such as text for a number.",
        why='Values are never converted silently: `"16"` is text, `16` is a number, `yes` is a '
        "word and `true` is a switch.",
        example='method lora { rank = "16" }',
        instead="Write a value of the sort that the message names: `method lora { rank = 16 }`.",
    ),
    Code(
        "E205",
        "unknown-kind",
        what="The kind of a block, or the word chosen for a setting, is not one of those allowed.",
        why="The kind decides what is compiled, so there is nothing to compile for an unknown one.",
        example="train { schedule cosin { warmup = 3% } }",
        instead="Write one of the kinds that the message lists: `schedule cosine { warmup = 3% }`.",
    ),
    Code(
        "E206",
        "missing-unit",
        what="A number stands without a unit where its setting needs one.",
        why="`batch = 32` could mean 32 examples or 32 tokens, and the two train different models. "
        "The unit says which.",
        example="train { batch = 32 }",
        instead="Write the unit after the number: `batch = 32 examples`.",
    ),
    Code(
        "E207",
        "wrong-unit",
        what="A number has a unit that its setting does not take.",
        why="A unit is never converted into another kind of quantity, nor dropped.",
        example='model "base" { max_length = 4096 examples }',
        instead="Write a unit that the message lists: `max_length = 4096 tokens`. A setting "
        "without a unit takes a bare number: `rank = 16`.",
    ),
    Code(
        "E208",
        "duplicate-setting",
        what="A setting is given twice in one block.",
        why="Only one of the two could have an effect, and which one would be a guess.",
        example="method lora {\n  rank = 8\n  rank = 16\n}",
        instead="Keep one of them. To change a setting of a shared file, write it in the file that "
        "has the `use`: settings there win.",
    ),
    Code(
        "E209",
        "duplicate-block",
        what="A block that may stand once is written twice.",
        why="The two would have to be merged or one dropped, and neither is what a reader sees.",
        example="train { epochs = 3 }\ntrain { batch = 32 examples }",
        instead="Write one block with all its settings: "
        "`train { epochs = 3, batch = 32 examples }`.",
    ),
    Code(
        "E210",
        "missing-setting",
        what="A block lacks a setting that has no default.",
        why="Some values depend so much on the task that any default would be a bad guess.",
        example="model scratch { architecture = llama }",
        instead="Add the line that the help names, such as `hidden_size = 256`.",
    ),
    Code(
        "E211",
        "missing-block",
        what="The spec lacks a block that every spec, or this one, needs.",
        why="Without a model, a method or training data there is nothing to train.",
        example="train { epochs = 3 }",
        instead='Add the block that the help names, such as `model "../models/base"`.',
    ),
    Code(
        "E212",
        "unknown-name",
        what="A `$name` is used that no `let` defines.",
        why="Its value is unknown. A name is visible in the file that defines it and in files that "
        "use that file.",
        example="method lora { rank = $rnak }",
        instead="Define it at the top of the spec, `let rank = 16`, or correct the spelling.",
    ),
    Code(
        "E213",
        "bad-arithmetic",
        what="A calculation has no result: it divides by zero, mixes units or uses something that "
        "is not a number.",
        why="Numbers can be added, subtracted, multiplied and divided; text, words and lists "
        "cannot, and 3 steps plus 2 tokens is nothing.",
        example="method lora { rank = 16 / 0 }",
        instead="Calculate with numbers, and write the unit once, after the result: "
        "`batch = 2 * $n examples`.",
    ),
    Code(
        "E214",
        "use-not-found",
        what="The file named by a `use` cannot be read.",
        why="Its settings are part of the spec. Paths start at the folder of the file that has the "
        "`use`.",
        example='use "no-such-file.tune"',
        instead="Correct the path, or remove the line.",
    ),
    Code(
        "E215",
        "use-cycle",
        what="A file uses itself, directly or through other files.",
        why="In a circle no file is the first, so it is undefined whose settings win.",
        example='# in a.tune\nuse "a.tune"',
        instead="Move what both files need into a third one, and use that in each.",
    ),
    Code(
        "E216",
        "use-too-deep",
        what="Files use one another in too long a chain.",
        why="Nobody can see any more where a value comes from; the chain is most likely unwanted.",
        example="$ for n in $(seq 20); do printf 'use \"%d.tune\"\\n' $((n + 1)) > $n.tune; done\n"
        "$ tunec check 1.tune",
        instead="Use fewer files: write the settings of the files in between into one.",
    ),
    Code(
        "E217",
        "missing-label",
        what="A block lacks the kind, name or path that belongs after its keyword.",
        why="The word after the keyword says what is meant: `method lora`, `data train`, "
        '`model "../models/base"`.',
        example="method { rank = 16 }",
        instead="Write it after the keyword: `method lora { rank = 16 }`.",
    ),
    Code(
        "E218",
        "unexpected-label",
        what="A block has a word or text after its keyword that it does not take.",
        why="It would be ignored. Some blocks take nothing, and some take a word but no text.",
        example="train fast { epochs = 3 }",
        instead="Remove it: `train { epochs = 3 }`.",
    ),
    Code(
        "E219",
        "setting-is-a-block",
        what="Something that is a block is written as a setting.",
        why="A block has settings of its own, which a single value cannot hold.",
        example="method = lora",
        instead="Write it as a block, without `=`: `method lora { rank = 16 }`.",
    ),
    Code(
        "E220",
        "block-is-a-setting",
        what="Something that is a setting is written as a block.",
        why="A setting has one value and no settings of its own.",
        example='model "base" { dtype bfloat16 }',
        instead="Write it with `=`: `dtype = bfloat16`.",
    ),
    Code(
        "E221",
        "unused-let",
        what="A `let` defines a name that is used nowhere.",
        why="Nothing in a spec is without effect. Often the place that should use the name has a "
        "number written out.",
        example="let rank = 16\nmethod lora { rank = 8 }",
        instead="Use it, `rank = $rank`, or remove the `let`.",
    ),
    Code(
        "E222",
        "bad-set-path",
        what="A `--set` names no setting.",
        why="A path is the blocks on the way and then the setting, with dots between them.",
        example="$ tunec check support.tune --set train.epoch=3",
        instead="Write the path of a setting: `--set train.epochs=3`.",
    ),
    Code(
        "E223",
        "foreign-name",
        what="A setting or block has the name that another tool gives it.",
        why="Every setting has one spelling, so that specs can be read and searched. Names that "
        "look alike often mean something else from tool to tool; the message says so where they "
        "do.",
        example="method lora { lora_alpha = 32 }",
        instead="Write what the help names: `alpha = 32` in `method lora`.",
    ),
    Code(
        "E224",
        "bad-template",
        what="The text of a template is not valid Jinja.",
        why="Placeholders such as `{{ question }}` are filled in from the columns of a row; an "
        "unclosed or misspelled one cannot be.",
        example='template dates { text "{{ question" }',
        instead='Close every `{{` by `}}` and every `{%` by `%}`: `text "{{ question }}"`. Write '
        "`{{ '{{' }}` for two braces in the text itself.",
    ),
    Code(
        "E225",
        "unsafe-path",
        what="A path or name could lead out of the folder it belongs in, or is no path at all.",
        why="A spec from someone else must not be able to write to other folders, and a spec with "
        "absolute paths works on one machine only.",
        example='name = "../../elsewhere"',
        instead="Write a plain name, or a path relative to the folder of the spec.",
    ),
    Code(
        "E226",
        "duplicate-let",
        what="Two `let` in one file define the same name.",
        why="A name has one value in the whole file, wherever it is used.",
        example="let rank = 8\nlet rank = 16\nmethod lora { rank = $rank }",
        instead="Keep one of them, or give the other a name of its own.",
    ),
    Code(
        "E227",
        "bad-list",
        what="A list is empty or has the same element twice.",
        why="An empty list asks for nothing, and an element given twice has no more effect than "
        "once.",
        example="evaluate { generate { metrics = [exact_match, exact_match] } }",
        instead="Write each element once: `metrics = [exact_match]`. For none at all, remove the "
        "setting.",
    ),
)
