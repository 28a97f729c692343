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
    from zoo.data import Input, Splits
    from zoo.settings.adaptive import AdaptiveDefaults
    from zoo.topology import Topology


class Task:
    """A kind of model with its data: what `zoo run task=NAME` trains.

    A subclass says which topology it has and fills in three methods; the loop, the devices, the files, the metrics and
    the predictions come from the topology and the trainer.

    Attributes:
        topology: the topology, an instance.
        Settings: the dataclass of its settings, a subclass of `zoo.Settings`.
        presets: name -> settings, nested or by dotted name.
        data_names: names of `data.source` that the task itself makes data for, such as `reviews`.
        columns: role -> name of the column that a run was trained on; empty before, and for data without columns.
        api: the version of the plugin interface that it was written for.

    Args:
        settings: resolved, an instance of `Settings`.
        components: what plugins add, such as `components.cells`.
    """

    topology: Topology
    Settings: ClassVar[type] = Settings
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    data_names: ClassVar[tuple[str, ...]] = ()
    api: ClassVar[int] = ZOO_API

    def __init__(self, settings: Any, components: Components | None = None) -> None:
        self.settings = settings
        self.components = components or Components()
        self.columns: Mapping[str, str] = {}

    def splits(self) -> Splits:
        """Read the data: a named source, ours or a plugin's, or what the task itself makes of `data.source`.

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
        except OSError as error:  # which no reader foresaw, such as links in a circle
            raise ZooError(f"data={data.source}: {reason(error)}") from error

    def data(self) -> Splits:
        """Give the raw examples of each split.

        Returns:
            Splits of examples; an example is a mapping from role (`source`, `target`) to a raw value.

        Raises:
            ZooError: the data cannot be read; the message names file and line.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define data()")

    def adapt(self, splits: Splits, defaults: AdaptiveDefaults) -> None:
        """Choose defaults that follow the data: called when the user names data, and no preset.

        Args:
            splits: what `splits` read.
            defaults: `defaults.choose({"model.units": 512}, "29,000 pairs")` sets what the user has not set.
        """

    def read_input(self, text: str) -> Any:
        """Turn what a user writes on the command line into a raw input: text as it is, the path of a picture, ...

        Args:
            text: a word of `zoo predict`, or a line of its file.

        Raises:
            ZooError: it is no input.
        """
        return text

    def read_inputs(self, source: str) -> Iterator[Input]:
        """Read the inputs that a run is to answer from a path: whatever `data.source` may name, labels optional.

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

    def read_frames(self, lines: Iterable[str]) -> Iterator[Any]:
        """Turn the lines of a stream into raw frames, each as soon as its line is there (`zoo predict --stream`).

        Args:
            lines: of a pipe or a file, without their ends.

        Raises:
            ZooError: a line is no frame.
        """
        return map(self.read_input, lines)

    def codecs(self) -> dict[str, Codec]:
        """Give a codec for each role, not yet fitted; the run fits them on the training examples and keeps them."""
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
        """Change a new model before its training begins, such as by loading weights that it is to start from.

        A run that is loaded or resumed has weights of its own, and does not call this.

        Args:
            model: what `model` gave.

        Raises:
            ZooError: the weights cannot be had.
        """
