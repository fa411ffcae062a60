"""One conversation as the models' makers render it, by the library's name of the chat template.

In: nothing. Out: `CONVERSATION`, and `PUBLISHED`, with `<s>` and `</s>` for the tokens that begin
and end a sequence. Invariant: each text is what the published template gives, not what ours does:
the conversation and most texts are those of llama.cpp's tests/test-chat-template.cpp; the rest was
rendered from the templates that come with the models.
"""

SYSTEM = {"role": "system", "content": "You are a helpful assistant"}
CONVERSATION = [
    {"role": "user", "content": "Hello"},
    {"role": "assistant", "content": "Hi there"},
    {"role": "user", "content": "Who are you"},
    {"role": "assistant", "content": "   I am an assistant   "},
    {"role": "user", "content": "Another question"},
]

_IM = (
    "<|im_start|>system\nYou are a helpful assistant<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n"
    "<|im_start|>assistant\nHi there<|im_end|>\n<|im_start|>user\nWho are you<|im_end|>\n"
    "<|im_start|>assistant\n   I am an assistant   <|im_end|>\n<|im_start|>user\nAnother question"
    "<|im_end|>\n<|im_start|>assistant\n"
)
_GEMMA = (
    "<end_of_turn>\n<start_of_turn>model\nHi there<end_of_turn>\n<start_of_turn>user\nWho are you"
    "<end_of_turn>\n<start_of_turn>model\nI am an assistant<end_of_turn>\n<start_of_turn>user\n"
    "Another question<end_of_turn>\n<start_of_turn>model\n"
)
_TURN, _OVER = "<|START_OF_TURN_TOKEN|>", "<|END_OF_TURN_TOKEN|>"

PUBLISHED = {
    "alpaca": "You are a helpful assistant\n\n### Instruction:\nHello\n\n### Response:\nHi there"
    "</s>\n\n### Instruction:\nWho are you\n\n### Response:\n   I am an assistant   </s>\n\n"
    "### Instruction:\nAnother question\n\n### Response:\n",
    "chatml": _IM,
    "command_r": f"<s>{_TURN}<|SYSTEM_TOKEN|>You are a helpful assistant{_OVER}"
    f"{_TURN}<|USER_TOKEN|>Hello{_OVER}{_TURN}<|CHATBOT_TOKEN|>Hi there{_OVER}"
    f"{_TURN}<|USER_TOKEN|>Who are you{_OVER}{_TURN}<|CHATBOT_TOKEN|>I am an assistant{_OVER}"
    f"{_TURN}<|USER_TOKEN|>Another question{_OVER}{_TURN}<|CHATBOT_TOKEN|>",
    "deepseek": "<s>You are a helpful assistant<｜User｜>Hello<｜Assistant｜>Hi there</s>"
    "<｜User｜>Who are you<｜Assistant｜>   I am an assistant   </s><｜User｜>Another question"
    "<｜Assistant｜>",
    "gemma": "<s><start_of_turn>user\nHello" + _GEMMA,
    "gemma3": "<s><start_of_turn>user\nYou are a helpful assistant\n\nHello" + _GEMMA,
    "granite": "<|start_of_role|>system<|end_of_role|>You are a helpful assistant<|end_of_text|>\n"
    "<|start_of_role|>user<|end_of_role|>Hello<|end_of_text|>\n"
    "<|start_of_role|>assistant<|end_of_role|>Hi there<|end_of_text|>\n"
    "<|start_of_role|>user<|end_of_role|>Who are you<|end_of_text|>\n"
    "<|start_of_role|>assistant<|end_of_role|>   I am an assistant   <|end_of_text|>\n"
    "<|start_of_role|>user<|end_of_role|>Another question<|end_of_text|>\n"
    "<|start_of_role|>assistant<|end_of_role|>",
    "llama2": "<s>[INST] <<SYS>>\nYou are a helpful assistant\n<</SYS>>\n\nHello [/INST] Hi there "
    "</s><s>[INST] Who are you [/INST] I am an assistant </s><s>[INST] Another question [/INST]",
    "llama3": "<s><|start_header_id|>system<|end_header_id|>\n\nYou are a helpful assistant"
    "<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHello<|eot_id|><|start_header_id|>"
    "assistant<|end_header_id|>\n\nHi there<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n"
    "Who are you<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nI am an assistant"
    "<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nAnother question<|eot_id|>"
    "<|start_header_id|>assistant<|end_header_id|>\n\n",
    "mistral_v1": "<s> [INST] You are a helpful assistant\n\nHello [/INST] Hi there</s> [INST] Who "
    "are you [/INST]    I am an assistant   </s> [INST] Another question [/INST]",
    "mistral_v7": "<s>[SYSTEM_PROMPT]You are a helpful assistant[/SYSTEM_PROMPT][INST]Hello[/INST]"
    "Hi there</s>[INST]Who are you[/INST]   I am an assistant   </s>[INST]Another question[/INST]",
    "phi3": "<|system|>\nYou are a helpful assistant<|end|>\n<|user|>\nHello<|end|>\n<|assistant|>"
    "\nHi there<|end|>\n<|user|>\nWho are you<|end|>\n<|assistant|>\n   I am an assistant   <|end|>"
    "\n<|user|>\nAnother question<|end|>\n<|assistant|>\n",
    "phi4": "<|im_start|>system<|im_sep|>You are a helpful assistant<|im_end|><|im_start|>user"
    "<|im_sep|>Hello<|im_end|><|im_start|>assistant<|im_sep|>Hi there<|im_end|><|im_start|>user"
    "<|im_sep|>Who are you<|im_end|><|im_start|>assistant<|im_sep|>   I am an assistant   "
    "<|im_end|><|im_start|>user<|im_sep|>Another question<|im_end|><|im_start|>assistant<|im_sep|>",
    "qwen": _IM,
    "vicuna": "You are a helpful assistant USER: Hello ASSISTANT: Hi there</s>USER: Who are you "
    "ASSISTANT:    I am an assistant   </s>USER: Another question ASSISTANT:",
    "zephyr": "<|system|>\nYou are a helpful assistant</s>\n<|user|>\nHello</s>\n<|assistant|>\n"
    "Hi there</s>\n<|user|>\nWho are you</s>\n<|assistant|>\n   I am an assistant   </s>\n<|user|>"
    "\nAnother question</s>\n<|assistant|>\n",
}

WITHOUT_SYSTEM = {
    "alpaca": "Below is an instruction that describes a task. Write a response that appropriately "
    "completes the request.\n\n### Instruction:\nHello\n\n### Response:\n",
    "llama3": "<s><|start_header_id|>user<|end_header_id|>\n\nHello<|eot_id|>"
    "<|start_header_id|>assistant<|end_header_id|>\n\n",
    "qwen": "<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful "
    "assistant.<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n",
    "vicuna": "A chat between a curious user and an artificial intelligence assistant. The "
    "assistant gives helpful, detailed, and polite answers to the user's questions. USER: Hello "
    "ASSISTANT:",
}
"""The first question alone, where that is more than the rest of the above."""
