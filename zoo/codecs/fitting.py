"""Several codecs fitted in one pass over the training examples."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence

from zoo.codecs.codec import Codec, RawExample, RawValue
from zoo.errors import ZooError

_EXAMPLES, _BYTES = 256, 8 << 20  # handed on together: so many examples, or as many as hold so many bytes of arrays


def fit_codecs(codecs: Mapping[str, Codec], examples: Iterable[RawExample]) -> None:
    """Fit the codecs of a task; every example is read once.

    Each codec learns in a thread of its own, and the slowest one sets the pace, so that only a few hundred examples are
    in memory. A codec that two roles share learns from both.

    Args:
        codecs: by role, not yet fitted.
        examples: role -> raw value.

    Raises:
        ZooError: an example lacks a role, or a codec cannot learn from its values.
    """
    roles = {id(codec): [role for role, other in codecs.items() if other is codec] for codec in codecs.values()}
    different = {id(codec): codec for codec in codecs.values()}
    if len(different) == 1:
        # Nothing to share: the codec may stop whenever it has seen enough.
        for key, codec in different.items():
            codec.fit(_values(examples, roles[key]))
        return
    learners = [_Learner(codec, roles[key]) for key, codec in different.items()]
    try:
        for chunk in _chunks(examples, learners):
            for learner in learners:
                learner.take(chunk)
            if any(one.error for one in learners) or all(one.done for one in learners):
                break
    except BaseException:
        for learner in learners:
            learner.give_up()
        raise
    for learner in learners:
        learner.finish()
    for learner in learners:
        if learner.error is not None:
            raise learner.error


class _Learner:
    """A codec that is fitted in a thread of its own.

    Args:
        codec: not yet fitted.
        roles: whose values it learns from.

    Attributes:
        roles: whose values it learns from.
        done: whether it wants no more values.
        error: what its `fit` raised.
    """

    def __init__(self, codec: Codec, roles: Sequence[str]) -> None:
        self.done = False
        self.error: BaseException | None = None
        self._codec, self.roles = codec, roles
        self._waiting: queue.Queue[Sequence[RawExample] | None] = queue.Queue(2)
        self._given_up = False
        self._thread = threading.Thread(target=self._run, name="zoo-fit", daemon=True)
        self._thread.start()

    def take(self, examples: Sequence[RawExample]) -> None:
        """Pass on some examples; wait while the codec is busy."""
        if not self.done:
            self._waiting.put(examples)

    def finish(self) -> None:
        """Signal the end of the examples, and wait until the codec has learned."""
        self._waiting.put(None)
        self._thread.join()

    def give_up(self) -> None:
        """End the thread; what the codec has learned is not used."""
        self._given_up = True
        self.finish()

    def _run(self) -> None:
        ended = False

        def received() -> Iterator[RawExample]:
            nonlocal ended
            while (examples := self._waiting.get()) is not None:
                yield from examples
            ended = True
            if self._given_up:
                raise _GivenUp

        try:
            self._codec.fit(_values(received(), self.roles))
        except BaseException as error:
            self.error = error
        self.done = True
        while not ended:  # the producer must not wait for ever
            ended = self._waiting.get() is None


class _GivenUp(Exception):
    """The examples have ended early."""


def _chunks(examples: Iterable[RawExample], learners: Sequence[_Learner]) -> Iterator[Sequence[RawExample]]:
    chunk: list[RawExample] = []
    size = 0
    wanted: set[str] = set()
    for example in examples:
        if not chunk:
            # Some examples make a value when it is asked for: ask only for those that somebody still learns from.
            wanted = {role for learner in learners if not learner.done for role in learner.roles}
        chunk.append(example)
        size += sum(getattr(example[role], "nbytes", 0) for role in wanted if role in example)
        if len(chunk) == _EXAMPLES or size > _BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _values(examples: Iterable[RawExample], roles: Sequence[str]) -> Iterator[RawValue]:
    for example in examples:
        for role in roles:
            if role not in example:
                raise ZooError(f"an example has no '{role}'; it has {', '.join(example)}")
            yield example[role]
