"""Codes 4xx: files, models, data and environment that do not fit the spec.

In: nothing. Out: `FACTS_CODES`. Invariant: an example assumes only files that are not there, or
says in a comment what is in those that are.
"""

from tunec.diagnostics.code import Code

FACTS_CODES: tuple[Code, ...] = (
    Code(
        "E401",
        "spec-unreadable",
        what="The spec cannot be read.",
        why="There is no file of this name, it is a folder, its permissions forbid it, or it is "
        "not UTF-8 text.",
        example="$ tunec check no-such-file.tune",
        instead="Correct the path. `-` reads the spec from standard input.",
    ),
    Code(
        "E402",
        "model-not-found",
        what="The model is neither a folder that exists nor on the hub.",
        why="A path starts at the folder of the spec, not at the one you are in.",
        example='model "no-such-folder"',
        instead="Correct the path, or write a name on the hub as `owner/model`.",
    ),
    Code(
        "E403",
        "model-unreadable",
        what="The folder of the model lacks its configuration, or the configuration is damaged.",
        why="The kind and size of a model are read from `config.json`. A download that was cut "
        "off often leaves such a folder.",
        example='# the folder has no config.json\nmodel "empty-folder"',
        instead="Name the folder that has `config.json` in it, or download the model again.",
    ),
    Code(
        "E404",
        "no-chat-template",
        what="The template has turns, but the tokenizer of the model has no chat template.",
        why="The chat template says how system, user and assistant turns are marked. Marks that a "
        "model has never seen would have to be invented.",
        example='# a base model that was never trained on conversations\nmodel "base"\n'
        'template dates {\n  user "{{ question }}"\n  assistant "{{ answer }}"\n}',
        instead="Write the template with `prompt` and `completion`, or take a model that was "
        "trained on conversations.",
    ),
    Code(
        "E405",
        "data-not-found",
        what="No file is found under the path of a data source.",
        why="A path starts at the folder of the spec, not at the one you are in; a pattern such "
        "as `*.jsonl` has to match at least one file.",
        example='data train { source "no-such-file.jsonl" }',
        instead="Correct the path.",
    ),
    Code(
        "E406",
        "data-unreadable",
        what="A row of the data cannot be read.",
        why="A damaged row is never skipped silently, since the rest of the file could be damaged "
        "too. The message names the file and the line.",
        example="# line 2 of broken.jsonl ends in the middle of a row\n"
        'data train { source "broken.jsonl" }',
        instead="Repair the line. In JSON Lines every line is one object: "
        '`{"question": "…", "answer": "…"}`.',
    ),
    Code(
        "E407",
        "unknown-column",
        what="The template names a column that the data does not have.",
        why="The placeholder would be empty in every row.",
        example="# the rows have the columns question and answer\n"
        'template dates {\n  user "{{ questoin }}"\n  assistant "{{ answer }}"\n}',
        instead="Write one of the columns that the message lists.",
    ),
    Code(
        "E408",
        "unmatched-module",
        what="A name in `target_modules` or `modules` matches no module of the model.",
        why="Nothing would be trained there. Module names differ from one architecture to the "
        "next.",
        example="# a model of the GPT-2 kind, whose modules are c_attn, c_proj and c_fc\n"
        'model "gpt2"\nmethod lora { rank = 16, target_modules = ["q_proj"] }',
        instead="Write names that the message lists, or `target_modules = all_linear`.",
    ),
    Code(
        "E409",
        "max-length-beyond-model",
        what="`max_length` is larger than the model allows.",
        why="The model has no positions, or has never learned any, beyond the length that its "
        "configuration gives.",
        example="# the configuration allows 2048 positions\n"
        'model "base" { max_length = 4096 tokens }',
        instead="Lower `max_length` to what the message gives, or take a model of longer context.",
    ),
    Code(
        "E410",
        "ambiguous-path",
        what="A name is both a folder beside the spec and a name on the hub.",
        why="What is trained would depend on where the spec lies.",
        example="# beside the spec is a folder acme that has a folder base in it\n"
        'model "acme/base"',
        instead='Write `"./acme/base"` for the folder, or `"hub:acme/base"` for the hub.',
    ),
    Code(
        "E411",
        "no-stop-token",
        what="The tokenizer has no token that ends an answer.",
        why="Without one the model cannot learn where to stop, and would talk on after every "
        "answer.",
        example='# tokenizer_config.json of the model has no eos_token\nmodel "base"',
        instead="Set `eos_token` in `tokenizer_config.json` of the model, or take another model.",
    ),
    Code(
        "E412",
        "value-not-text",
        what="A value that a template places is neither text nor a number.",
        why="A list, an object or nothing at all has no single form as text, and an accidental "
        "one would be trained on.",
        example='# line 7 of rows.jsonl is {"question": null, "answer": "1999-07-02"}\n'
        'data train { source "rows.jsonl" }',
        instead="Write text or numbers in this column, or place a part of the value with Jinja: "
        "`{{ tags | join(', ') }}`.",
    ),
    Code(
        "E413",
        "tokenizer-not-found",
        what="The model has no tokenizer that can be read.",
        why="Text becomes tokens by the tokenizer of the model; another one would give it numbers "
        "that mean something else.",
        example="# the folder has weights, but neither tokenizer.json nor tokenizer_config.json\n"
        'model "weights-only"',
        instead="Put the files of the tokenizer into the folder of the model. For "
        '`model scratch`, name one: `tokenizer = "../models/base"`.',
    ),
    Code(
        "E414",
        "architecture-unsupported",
        what="The model is of an architecture that cannot be trained this way.",
        why="Rows are laid end to end, and the model has to keep them apart. Encoders and "
        "recurrent models do not, and code from the model's own folder runs only if allowed.",
        example='# config.json says "model_type": "bert"\nmodel "bert"',
        instead="Take a model that generates text, such as one of the Llama, Qwen, Mistral, Gemma, "
        "Phi or GPT-2 kind.",
    ),
    Code(
        "E415",
        "data-empty",
        what="A data source has no rows.",
        why="There is nothing to train on or to measure. An export that failed often leaves an "
        "empty file.",
        example='# empty.jsonl has no lines\ndata train { source "empty.jsonl" }',
        instead="Name a file that has rows, or make this one again.",
    ),
    Code(
        "E416",
        "unknown-format",
        what="The format of a data file cannot be told from its name.",
        why="The end of the name says how a file is read: `.jsonl`, `.json`, `.csv`, `.parquet` "
        "or `.txt`.",
        example='data train { source "rows.dat" }',
        instead='Say it: `source "rows.dat" { format = jsonl }`, or rename the file.',
    ),
    Code(
        "E418",
        "token-not-as-named",
        what="A token that the spec names is not in the vocabulary, or a new one is in it already.",
        why="Text that is no single token would be cut into pieces, and a marker in pieces is one "
        "that any row can spell out.",
        example='model "base" { eos_token = "<|im_end|>" }',
        instead="Name a token that the tokenizer has, or add it: `add_special_tokens = "
        '["<|im_end|>"]`. Its embedding is then trained.',
    ),
    Code(
        "E419",
        "day-in-rows",
        what="The chat template writes the day of the run into the rows.",
        why="The same script would train on other rows tomorrow, and a run that goes on after "
        "midnight on both.",
        example='# the chat template has {{ strftime_now("%d %B %Y") }}\nmodel "base"',
        instead='Give it the date: `chat_arguments { date_string = "1 January 2026" }`.',
    ),
    Code(
        "E420",
        "adapter-not-found",
        what="An adapter that the spec names is not there, or cannot be used.",
        why="It is a folder with `adapter_config.json` and its weights, as `save_pretrained` of "
        "peft leaves it, and is right only on the model that it was trained on.",
        example='method continue { adapter = "no-such-adapter" }',
        instead='Name the folder: `method continue { adapter = "runs/first/adapter" }`.',
    ),
    Code(
        "E421",
        "nothing-to-train",
        what="The model has none of the weights that the method trains.",
        why="Nothing would be learnt. Many architectures have no biases at all.",
        example='# a model of the Llama kind, without biases\nmodel "llama"\nmethod bitfit',
        instead="Choose another method: `method lora { rank = 16 }`.",
    ),
    Code(
        "E422",
        "adapters-without-place",
        what="It is not known where adapters go in a model of this architecture.",
        why="An adapter belongs after attention or the feed-forward part, before their outputs "
        "are added to the residual stream. Some architectures add them inside.",
        example='# config.json says "model_type": "bloom"\nmodel "bloom"\nmethod bottleneck',
        instead="Name parts of the layers in `modules`, or take `method lora { rank = 16 }`.",
    ),
    Code(
        "E423",
        "label-not-as-needed",
        what="A row has a label that the objective cannot use.",
        why="The head has a number for each label of `labels`, and for no other; `objective "
        "regress` is trained on numbers, and a template of `labels` takes a list.",
        example='objective classify { labels = ["good", "bad"] }\n'
        '# line 3 of reviews.jsonl is {"review": "Fine.", "mood": "god"}',
        instead="Correct the row, or add its label to `labels`.",
    ),
    Code(
        "E417",
        "data-of-another-shape",
        what="A column does not hold the messages, segments, tokens or tools that the template "
        "takes it for.",
        why="A conversation is a list of messages, each with a role and a text. Fields and roles "
        "have other names in some data, and turns that do not alternate are usually a mistake.",
        example='# rows.jsonl has {"chat": [{"from": "human", "value": "Hi"}]}\n'
        'template talk { messages "chat" }',
        instead="Name the fields and roles, for example with `format = sharegpt`, or say what "
        "happens to such rows.",
    ),
)
