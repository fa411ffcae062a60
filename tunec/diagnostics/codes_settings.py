"""Codes 3xx: settings that are each fine but do not go together.

In: nothing. Out: `SETTINGS_CODES`. Invariant: every example is a part of a spec that triggers its
code whatever the model and the data are.
"""

from tunec.diagnostics.code import Code

SETTINGS_CODES: tuple[Code, ...] = (
    Code(
        "E301",
        "no-effect",
        what="A setting has no effect because of another one.",
        why="Every setting that is accepted reaches the script. One that cannot would make the "
        "reader believe in something that does not happen.",
        example='data train { source "rows.jsonl" { sample_by = line } }',
        instead="Remove the setting, or change the other one so that it has an effect: "
        '`source "rows.txt" { sample_by = line }`.',
    ),
    Code(
        "E302",
        "conflict",
        what="Two settings contradict each other.",
        why="Both cannot hold, and choosing one of them would be a guess.",
        example="train { epochs = 3, steps = 500 }",
        instead="Keep one of the two.",
    ),
    Code(
        "E303",
        "needs-another",
        what="A setting needs another one that is absent.",
        why="Alone it says only half of what has to be known.",
        example="train { optimizer sgd { learning_rate = 0.1, nesterov = true } }",
        instead="Add what the message names, such as `momentum = 0.9`, or remove the setting.",
    ),
    Code(
        "E304",
        "quantize-mismatch",
        what="The method asks for another quantization than `quantize` gives.",
        why="`method qlora` is `method lora` on weights stored as `nf4`; it cannot be on others.",
        example="quantize int8\nmethod qlora { rank = 16 }",
        instead="Write `method lora` to keep this quantization, or remove `quantize`.",
    ),
    Code(
        "E305",
        "objective-template-mismatch",
        what="The objective cannot be computed on what the template makes.",
        why="`objective sft` trains on answers: assistant turns, or completions. A template of "
        "`text` has none; `objective pretrain`, which trains on all tokens, takes any template but "
        "one with a label. `objective classify` and `regress` train a head on the `label` of a "
        "`text`.",
        example='objective sft\ntemplate lines { text "{{ text }}" }',
        instead="Write `objective pretrain`, or a template with turns, or with `prompt` and "
        "`completion`.",
    ),
    Code(
        "E306",
        "validation-missing",
        what="Something is to be measured on validation data, but the spec has none.",
        why="Measured on the rows that are trained on, a result would always look good.",
        example='data train { source "train.jsonl" }\nevaluate { every = 50 steps }',
        instead="Add `data validation { split = 10% }` to set aside a part of the training rows, "
        'or name a file: `data validation { source "validation.jsonl" }`.',
    ),
    Code(
        "E307",
        "template-turn-order",
        what="The turns of a template are in an order that no conversation has.",
        why="Chat templates of models expect one system turn at most, at the start, then user and "
        "assistant in turn, and tokens are trained in assistant turns only.",
        example='template dates {\n  assistant "{{ answer }}"\n  user "{{ question }}"\n}',
        instead="Write `system` first if there is one, then `user` and `assistant` by turns, with "
        "an `assistant` at the end.",
    ),
    Code(
        "E308",
        "generate-needs-answer",
        what="Answers are to be generated, but the template has nothing to answer.",
        why="`generate` gives the model what comes before the last `assistant` or `completion` "
        "and compares its answer with that text.",
        example='template lines { text "{{ text }}" }\n'
        "evaluate { generate { metrics = [exact_match] } }",
        instead="Write the template with `user` and `assistant`, or with `prompt` and "
        "`completion`; or remove `generate`.",
    ),
    Code(
        "E309",
        "forward-too-small",
        what="`forward` is smaller than `max_length`.",
        why="A row is never spread over two forward passes, so the longest row allowed has to fit "
        "in one.",
        example='model "base" { max_length = 4096 tokens }\ntrain { forward = 1024 tokens }',
        instead="Raise `forward` to `max_length` or more, or lower `max_length`. Neither "
        "`forward` nor the number of passes changes the result.",
    ),
    Code(
        "E310",
        "full-on-quantized",
        what="All weights, or some of the model's own, are to be trained while stored quantized.",
        why="Quantized weights are whole numbers with few values; they have no gradient and small "
        "steps would be lost in rounding.",
        example="quantize nf4\nmethod full",
        instead="Remove `quantize`, or train an adapter: `method lora { rank = 16 }`.",
    ),
    Code(
        "E311",
        "scratch-conflict",
        what="A model of random weights is combined with something that needs a trained one.",
        why="An adapter cannot teach a random model: the frozen random output layer bounds what "
        "it can say, and the loss stops far from zero.",
        example="model scratch { architecture = llama }\nmethod lora { rank = 16 }",
        instead='Write `method full`, or name a trained model: `model "../models/base"`.',
    ),
)
