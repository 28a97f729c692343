"""The settings that every task has, part by part."""

from __future__ import annotations

from dataclasses import dataclass

from zoo.settings.fields import part, setting


@dataclass
class DataSettings:
    """The source of the examples."""

    source: str = setting(
        "", "a data set's name, or a path: file, folder or glob; empty: the task's own data", shorthand=True
    )
    validation: float = setting(
        0.05, "fraction held out for validation, if the data has no split", minimum=0, maximum=0.5
    )
    test: float = setting(0.05, "fraction held out for testing, if the data has no split", minimum=0, maximum=0.5)
    on_error: str = setting("stop", "what to do about an example that cannot be read", ("stop", "skip"))
    encoding: str = setting("utf-8", "the encoding of your text files, such as latin-1, cp1252 or utf-16")


@dataclass
class TargetDataSettings(DataSettings):
    """The source of examples with a target each, or one a frame."""

    target: str = setting(
        "label", "kind of the targets: a label, several labels at once, or a number", ("label", "labels", "number")
    )
    threshold: float = setting(0.5, "labels: the least probability of a label in an answer", minimum=0, maximum=1)


@dataclass
class BatchSettings:
    """How examples are batched."""

    size: int = setting(64, "rows per batch, over all replicas", minimum=1, maximum=1_000_000)
    length: int = setting(
        64, "steps per window of a text, or the maximum length of an example", minimum=1, maximum=1_000_000
    )
    tokens: int = setting(
        0, "tokens per batch, instead of a number of rows; 0: use size", minimum=0, maximum=1_000_000_000
    )


@dataclass
class TrainSettings:
    """How the model is trained, and for how long."""

    steps: int = setting(0, "stop after this many steps; 0: no limit", minimum=0)
    epochs: float = setting(
        0.0, "stop after this many passes over the training data; 0: no limit", minimum=0, maximum=1_000_000
    )
    minutes: float = setting(
        0.0,
        "be done after this many minutes, start-up and evaluations included; 0: no limit",
        minimum=0,
        maximum=10_000_000,
    )
    optimizer: str = setting("adam", "the optimizer", ("adam", "adamw", "rmsprop", "sgd"))
    learning_rate: float = setting(2e-3, "peak learning rate", minimum=0, maximum=1_000)
    weight_decay: float = setting(
        0.0, "weight decay of matrices per step, times the learning rate", minimum=0, maximum=1_000
    )
    momentum: float = setting(0.0, "momentum (sgd, rmsprop)", minimum=0, maximum=1)
    schedule: str = setting(
        "constant",
        "learning rate schedule",
        ("constant", "cosine", "inverse_sqrt", "exponential", "plateau"),
    )
    warmup: int = setting(0, "steps over which the learning rate rises from 0 to its peak", minimum=0)
    decay: float = setting(
        0.97, "factor on the learning rate: per epoch (exponential) or per plateau", minimum=0, maximum=1
    )
    decay_after: float = setting(10.0, "epochs before exponential decay begins", minimum=0, maximum=1_000_000)
    schedule_patience: int = setting(2, "evaluations without improvement that count as a plateau", minimum=1)
    final: float = setting(0.0, "fraction of the learning rate left at the end of cosine", minimum=0, maximum=1)
    clip: float = setting(1.0, "clip gradients to this global norm; 0: no clipping", minimum=0, maximum=1e12)
    accumulate: int = setting(1, "batches whose gradients are accumulated for one step", minimum=1, maximum=100_000)
    average: float = setting(
        0.0, "decay of the moving average of the weights, such as 0.999; 0: off", minimum=0, maximum=1
    )
    evaluate_every: int = setting(
        0, "steps between evaluations; 0: once per epoch, with minutes some 20 times", minimum=0
    )
    save_every: int = setting(0, "steps between checkpoints; 0: at each evaluation", minimum=0)
    patience: int = setting(0, "stop after this many evaluations without improvement; 0: never", minimum=0)
    start: str = setting(
        "", "a run whose weights to start from: its folder, or a task's name for its latest run; empty: random weights"
    )
    start_vocabulary: str = setting(
        "extend",
        "start: the start run's tokens and those that are new in the data, only its own, or only the data's",
        ("extend", "keep", "new"),
    )
    freeze: list[str] = setting(
        [], "layers or parts whose weights stay as they are, separated by commas, such as encoder or embeddings"
    )
    thaw_after: float = setting(
        0.0, "epochs after which frozen layers train as well; 0: never", minimum=0, maximum=1_000_000
    )
    thaw: str = setting(
        "together",
        "thaw_after: all frozen layers at once, or gradually one layer at a time, the top one first",
        ("together", "gradual"),
    )
    layer_decay: float = setting(
        1.0, "factor on the learning rate from each layer to the one below it; 1: all alike", minimum=0, maximum=1
    )
    callbacks: list[str] = setting(
        [], "callbacks by name, separated by commas (see zoo plugins)", component="callbacks"
    )


@dataclass
class VectorSettings:
    """Word vectors that the embedding of a text starts from (unit=word)."""

    vectors: str = setting(
        "",
        "word vectors to start from (unit=word): a file of GloVe, word2vec, fastText or NumPy, or a plugin's name",
    )
    train_vectors: bool = setting(True, "vectors: train them, too; no: keep them as they are")
    extra_words: int = setting(
        20_000,
        "vectors: their most frequent words that are known besides those of the training texts",
        minimum=0,
        maximum=10_000_000,
    )


@dataclass
class TextTrainSettings(TrainSettings):
    """How a model that generates text from an input is trained."""

    label_smoothing: float = setting(
        0.0, "probability taken from the right token and spread over all tokens in training", minimum=0, maximum=0.9
    )


@dataclass
class TargetTrainSettings(TrainSettings):
    """How a model of labels or numbers is trained."""

    loss: str = setting("mse", "loss of numbers (data.target=number)", ("mse", "mae", "huber"))


@dataclass
class SearchSettings:
    """How the tokens of an output are chosen."""

    strategy: str = setting(
        "sample", "how each token is chosen: greedy, sample, beam, or one that a plugin adds", component="strategies"
    )
    length: int = setting(
        200, "maximum number of tokens to generate, including the end token", minimum=1, maximum=1_000_000
    )
    min_length: int = setting(0, "minimum number of tokens before the end token", minimum=0, maximum=1_000_000)
    temperature: float = setting(
        1.0, "sample: below 1 favours likely tokens, above 1 rare ones; 0: always the likeliest", minimum=0, maximum=1e6
    )
    top_k: int = setting(0, "sample: keep only the k likeliest tokens; 0: all", minimum=0, maximum=10_000_000)
    top_p: float = setting(
        0.0, "sample: keep the likeliest tokens that together have this probability; 0: all", minimum=0, maximum=1
    )
    min_p: float = setting(
        0.0, "sample: keep tokens at least this fraction as likely as the likeliest; 0: all", minimum=0, maximum=1
    )
    typical: float = setting(
        0.0, "sample: keep the most typical tokens that together have this probability; 0: all", minimum=0, maximum=1
    )
    beam: int = setting(5, "beam: hypotheses kept at each step", minimum=1, maximum=10_000)
    n_best: int = setting(1, "beam: answers for each input", minimum=1, maximum=10_000)
    length_penalty: float = setting(
        0.0, "beam: log p is divided by ((5 + length) / 6) to this power; 0 favours short texts", minimum=0, maximum=100
    )
    coverage_penalty: float = setting(
        0.0, "beam: penalty for source positions never attended to", minimum=0, maximum=1e6
    )
    groups: int = setting(
        1, "beam: number of groups that are kept different from one another", minimum=1, maximum=10_000
    )
    diversity: float = setting(
        0.5, "beam: penalty for a token that an earlier group has just chosen", minimum=0, maximum=1e6
    )
    repetition_penalty: float = setting(
        1.0, "above 1: tokens that are already in the text become less likely", minimum=1, maximum=1e6
    )
    no_repeat: int = setting(
        0, "no sequence of this many tokens appears twice; 0: no limit", minimum=0, maximum=1_000_000
    )
    banned: list[str] = setting([], r"tokens never written, separated by commas (\n, \t, \s, \c: comma)")
    forced: list[str] = setting([], "tokens at fixed positions, as TOKEN:POSITION, starting at 0")
    bias: list[str] = setting([], "numbers added to the logits of tokens, as TOKEN:NUMBER")
    copy_unknown: bool = setting(
        False, "translation: copy words that the model does not know from the source word attended to"
    )
    prefix: str = setting("", "text that every output starts with")


@dataclass
class DeviceSettings:
    """What the computation runs on."""

    kind: str = setting(
        "auto",
        "auto (a GPU or TPU if there is one), cpu, gpu, tpu, workers (several processes), or a plugin's",
        shorthand=True,
        component="devices",
    )
    local_workers: int = setting(
        0, "workers: start this many processes on this machine; 0: use the environment", minimum=0, maximum=256
    )
    replicas: int = setting(0, "copies of the model that share each batch; 0: automatic", minimum=0, maximum=1_024)
    threads: int = setting(
        0, "threads per replica on a CPU, with TensorFlow; 0: cores / replicas", minimum=0, maximum=1_024
    )
    xla: bool = setting(False, "compile with XLA under TensorFlow (JAX always does): for GPUs; slower on a CPU")
    precision: str = setting("float32", "number format of the computation", ("float32", "bfloat16", "float16"))


@dataclass
class Settings:
    """The settings of every task; a task's own settings are a subclass."""

    preset: str = setting("", "a named set of values (zoo show task=NAME lists them)")
    out: str = setting("", "the run's folder; empty: runs/TASK/TIME")
    engine: str = setting("auto", "tensorflow or jax; auto: JAX if there is a TPU", ("auto", "tensorflow", "jax"))
    seed: int = setting(0, "seed of all random choices", minimum=0, maximum=2**31 - 1)
    data: DataSettings = part(DataSettings)
    batch: BatchSettings = part(BatchSettings)
    train: TrainSettings = part(TrainSettings)
    search: SearchSettings = part(SearchSettings)
    device: DeviceSettings = part(DeviceSettings)
