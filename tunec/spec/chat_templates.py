"""The library of chat templates: what is known of each besides its text.

In: nothing. Out: `LIBRARY`. Invariant: every name has a file `tunec/chat_templates/NAME.jinja`, in
which a prompt is the start of the same with its answer, and a role that it lacks is refused.
"""

from tunec.record import record


@record
class ChatTemplate:
    """A chat template of the library."""

    summary: str
    source: str
    """Where the format is published."""
    markers: tuple[str, ...] = ()
    """Tokens that the tokenizer has to have, so that no text can be mistaken for them."""
    roles: tuple[str, ...] = ("system", "user", "assistant")
    """The turns that it can mark."""


_IM = ("<|im_start|>", "<|im_end|>")
_GEMMA = ("<start_of_turn>", "<end_of_turn>")
_COMMAND = ("SYSTEM_TOKEN", "USER_TOKEN", "CHATBOT_TOKEN")

LIBRARY: dict[str, ChatTemplate] = {
    "alpaca": ChatTemplate(
        "Alpaca: headings of plain text; a system turn replaces the sentence at the start",
        "github.com/tatsu-lab/stanford_alpaca, train.py",
    ),
    "chatml": ChatTemplate(
        "ChatML, which most fine-tunes of base models use",
        "github.com/openai/openai-python, chatml.md",
        _IM,
        ("system", "user", "assistant", "tool"),
    ),
    "command_r": ChatTemplate(
        "Command R, without tools and documents",
        "huggingface.co/CohereForAI/c4ai-command-r-plus",
        ("<|START_OF_TURN_TOKEN|>", "<|END_OF_TURN_TOKEN|>", *(f"<|{each}|>" for each in _COMMAND)),
    ),
    "deepseek": ChatTemplate(
        "DeepSeek V2.5 and V3, without tools",
        "huggingface.co/deepseek-ai/DeepSeek-V3",
        ("<｜User｜>", "<｜Assistant｜>"),
    ),
    "gemma": ChatTemplate(
        "Gemma 1 and 2, which have no system turn",
        "ai.google.dev/gemma/docs/core/prompt-structure",
        _GEMMA,
        ("user", "assistant"),
    ),
    "gemma3": ChatTemplate(
        "Gemma 3, text only: the system turn opens the first question",
        "huggingface.co/google/gemma-3-1b-it",
        _GEMMA,
    ),
    "granite": ChatTemplate(
        "Granite 3.0, without tools",
        "huggingface.co/ibm-granite/granite-3.0-8b-instruct",
        ("<|start_of_role|>", "<|end_of_role|>", "<|end_of_text|>"),
    ),
    "llama2": ChatTemplate(
        "Llama 2 chat: the system turn opens the first question",
        "github.com/meta-llama/llama, llama/generation.py",
    ),
    "llama3": ChatTemplate(
        "Llama 3; that of Llama 3.1 and later adds dates to the system turn",
        "llama.com/docs/model-cards-and-prompt-formats/meta-llama-3",
        ("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
    ),
    "mistral_v1": ChatTemplate(
        "Mistral 7B 0.1 and 0.2, Mixtral 8x7B: the system turn opens the first question",
        "docs.mistral.ai/cookbooks/concept-deep-dive-tokenization-chat_templates",
    ),
    "mistral_v7": ChatTemplate(
        "Mistral Small 3 and later, without tools",
        "huggingface.co/mistralai/Mistral-Small-24B-Instruct-2501",
        ("[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[INST]", "[/INST]"),
    ),
    "phi3": ChatTemplate(
        "Phi-3 and Phi-3.5",
        "huggingface.co/microsoft/Phi-3.5-mini-instruct",
        ("<|system|>", "<|user|>", "<|assistant|>", "<|end|>"),
    ),
    "phi4": ChatTemplate(
        "Phi-4",
        "huggingface.co/microsoft/phi-4",
        ("<|im_start|>", "<|im_sep|>", "<|im_end|>"),
    ),
    "qwen": ChatTemplate(
        "Qwen 2.5, without tools: ChatML with a system turn of its own where there is none",
        "huggingface.co/Qwen/Qwen2.5-0.5B-Instruct",
        _IM,
    ),
    "vicuna": ChatTemplate(
        "Vicuna 1.1 and 1.5: plain text; a system turn replaces the sentence at the start",
        "github.com/lm-sys/FastChat, fastchat/conversation.py",
    ),
    "zephyr": ChatTemplate(
        "Zephyr: plain markers, each turn ended by the end-of-sequence token",
        "huggingface.co/HuggingFaceH4/zephyr-7b-beta",
    ),
}
