"""Anthropic's models, those too that are younger than the integration."""

from __future__ import annotations

from llama_index.core.llms import LLMMetadata
from llama_index.llms.anthropic import Anthropic


class Claude(Anthropic):
    """The integration, but for its table of models: a name that is not in it is no error."""

    context_window: int = 200_000

    @property
    def metadata(self) -> LLMMetadata:
        """What is known of the model; the length of its context is the operator's word."""
        return LLMMetadata(
            context_window=self.context_window,
            num_output=self.max_tokens,
            is_chat_model=True,
            model_name=self.model,
        )
