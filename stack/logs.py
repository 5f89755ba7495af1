"""Children's logs, copied to the terminal with their names in front."""

from collections.abc import Sequence

from stack.child import Child

READ_MAX_BYTES = 1 << 20


class Follower:
    """Shows what is appended to the logs from now on; `show` is called every now and then."""

    def __init__(self, children: Sequence[Child]) -> None:
        self.width = max((len(child.name) for child in children), default=0)
        self.children = children
        self.offsets = {child.name: _size(child) for child in children}
        self.unfinished = {child.name: b"" for child in children}

    def show(self) -> None:
        for child in self.children:
            for line in self._new_lines(child):
                print(f"{child.name:>{self.width}} | {line}", flush=True)

    def _new_lines(self, child: Child) -> list[str]:
        if _size(child) < self.offsets[child.name]:
            self.offsets[child.name] = 0  # a new file took its place
        if _size(child) == self.offsets[child.name]:
            return []
        with child.log.open("rb") as log:
            log.seek(self.offsets[child.name])
            fresh = log.read(READ_MAX_BYTES)
        self.offsets[child.name] += len(fresh)
        *lines, self.unfinished[child.name] = (self.unfinished[child.name] + fresh).split(b"\n")
        return [line.decode(errors="replace") for line in lines]


def _size(child: Child) -> int:
    return child.log.stat().st_size if child.log.exists() else 0
