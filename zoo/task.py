"""Task: the one class that a plugin author writes."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from zoo.components import Components
from zoo.errors import ZooError
from zoo.files import check_readable, expanded, reason
from zoo.plugin_api import ZOO_API
from zoo.settings import Settings

if TYPE_CHECKING:
    import keras

    from zoo.codecs import Codec
    from zoo.codecs.codec import RawValue
    from zoo.data import Input, Splits
    from zoo.settings.adaptive import AdaptiveDefaults
    from zoo.topology import Topology


class Task:
    """A kind of model with its data: what `zoo run task=NAME` trains.

    A subclass declares its topology and defines three methods; the loop, devices, files, metrics and predictions come
    from the topology and the trainer.

    Attributes:
        topology: the topology, an instance.
        Settings: the dataclass of its settings, a subclass of `zoo.Settings`.
        presets: name -> settings, nested or by dotted name.
        data_names: names of `data.source` for which the task generates data, such as `reviews`.
        columns: role -> name of the column used in training; empty before training, and for data without columns.
        api: the version of the plugin interface that it was written for.

    Args:
        settings: resolved, an instance of `Settings`.
        components: what plugins add, such as `components.cells`.
    """

    topology: Topology
    Settings: ClassVar[type] = Settings
    presets: ClassVar[Mapping[str, Mapping[str, object]]] = {}
    data_names: ClassVar[tuple[str, ...]] = ()
    api: ClassVar[int] = ZOO_API

    def __init__(self, settings: Any, components: Components | None = None) -> None:
        self.settings = settings
        self.components = components or Components()
        self.columns: Mapping[str, str] = {}

    def splits(self) -> Splits:
        """Read the data: a named source, or the task's own interpretation of `data.source`.

        Raises:
            ZooError: the data cannot be read.
        """
        from zoo.data.named import find_data

        data = self.settings.data
        check_readable(data.source)
        try:
            read = find_data(data.source, self.topology.name, self.components.data)
            if (read or data.source in self.data_names) and expanded(data.source).exists():
                warnings.warn(
                    f"data={data.source} is the built-in data of this name; for your file or folder write "
                    f"data=./{data.source}",
                    stacklevel=2,
                )
            return read(data) if read else self.data()
        except OSError as error:  # not handled by the reader, such as links in a circle
            raise ZooError(f"data={data.source}: {reason(error)}") from error

    def data(self) -> Splits:
        """Return the raw examples of each split.

        Returns:
            Splits of examples; an example is a mapping from role (`source`, `target`) to a raw value.

        Raises:
            ZooError: the data cannot be read; the message names file and line.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define data()")

    def adapt(self, splits: Splits, defaults: AdaptiveDefaults) -> None:
        """Adapt defaults to the data; called if the user names data but no preset.

        Args:
            splits: the result of `splits`.
            defaults: `defaults.choose({"model.units": 512}, "29,000 pairs")` sets values that the user has not set.
        """

    def read_input(self, text: str) -> RawValue:
        """Convert an argument of the command line to a raw input: text as it is, the path of an image, ...

        Args:
            text: an argument of `zoo predict`, or a line of its file.

        Raises:
            ZooError: it is not a valid input.
        """
        return text

    def read_inputs(self, source: str) -> Iterator[Input]:
        """Read inputs for prediction from a path, in any format of `data.source`; labels are optional.

        By default tables with a column of inputs, text files with one input per line, and folders of texts are read;
        each text goes through `read_input`.

        Args:
            source: path of a file or a folder.

        Raises:
            ZooError: it cannot be read. A single bad row is an input with a problem.
        """
        from zoo.data import INPUT_COLUMNS, read_text_inputs, with_found

        columns = with_found(INPUT_COLUMNS, self.columns)
        return read_text_inputs(source, columns, self.settings.data.encoding, read=self.read_input)

    def read_frames(self, lines: Iterable[str]) -> Iterator[RawValue]:
        """Convert the lines of a stream to raw frames, each as soon as its line arrives (`zoo predict --stream`).

        Args:
            lines: of a pipe or a file, without their ends.

        Raises:
            ZooError: a line is not a frame.
        """
        return map(self.read_input, lines)

    def codecs(self) -> dict[str, Codec]:
        """Return an unfitted codec for each role; the run fits them on the training examples and saves them."""
        raise NotImplementedError(f"{type(self).__name__} does not define codecs()")

    def model(self, codecs: Mapping[str, Codec]) -> keras.Model:
        """Build the model.

        Args:
            codecs: fitted, by role; `codec.size` is the number of tokens.

        Returns:
            A built keras.Model that its topology can call.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define model()")

    def begin(self, model: keras.Model) -> None:
        """Initialize a new model before training, for example with pretrained weights.

        Not called for a loaded or resumed run, which has its own weights.

        Args:
            model: the result of `model`.

        Raises:
            ZooError: the weights are unavailable.
        """
