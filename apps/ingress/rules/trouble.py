"""What is wrong with a rule."""


class BadRule(ValueError):
    """`pointer` (RFC 6901) says where in the document, `sentence` what is wrong there."""

    def __init__(self, pointer: str, sentence: str) -> None:
        super().__init__(f"{pointer}: {sentence}" if pointer else sentence)
        self.pointer = pointer
        self.sentence = sentence
