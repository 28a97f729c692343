"""Real training beside JoeyNMT's: the same pairs, pieces, model and token budget, by turns; target tokens a second.

    python benchmarks/joeynmt_training.py PYTHON [ROUNDS]

PYTHON is that of an environment with JoeyNMT 2.3, such as `pip install "joeynmt==2.3.0" "sentencepiece<0.2"
"setuptools<80" importlib_metadata` makes. Where `zoo bench translation` times a bare step on full batches, this is what
somebody waits for: `data=multi30k`, English to French, 8,000 pieces of BPE a language, batches of 2,048 tokens, a
bi-LSTM of 256 a direction, an LSTM of 512 with additive attention and input feeding, dropout 0.2, Adam, float32.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import zoo

STEPS = 60
WORDS = (
    "data=multi30k text.unit=bpe text.vocabulary=8000 model.cell=lstm model.units=512 model.embedding=256 "
    "model.attention=additive model.attend=after model.input_feeding=yes model.dropout=0.2 batch.tokens=2048 "
    f"batch.length=100 train.steps={STEPS} train.evaluate_every={STEPS // 2} train.learning_rate=0.001"
).split()
RECURRENT = """{{type: recurrent, rnn_type: lstm, embeddings: {{embedding_dim: 256, scale: False, dropout: 0.2}},
    hidden_size: {units}, dropout: 0.2, num_layers: 1, {more}}}"""
SIDE = """{{lang: {language}, max_length: 100, lowercase: False, level: bpe, voc_file: {folder}/vocabulary.{language},
    tokenizer_type: sentencepiece, tokenizer_cfg: {{model_file: {folder}/{language}.model}}}}"""
CONFIG = """
name: beside
joeynmt_version: "2.3.0"
model_dir: {folder}/model
use_cuda: False
random_seed: 42
data:
  train: {folder}/train
  dev: {folder}/validation
  dataset_type: plain
  src: {source}
  trg: {target}
testing: {{beam_size: 1, batch_size: 64, batch_type: sentence, eval_metrics: [bleu]}}
training:
  optimizer: adam
  learning_rate: 0.001
  clip_grad_norm: 1.0
  batch_size: 2048
  batch_type: token
  normalization: tokens
  scheduling: exponential
  decrease_factor: 0.99
  epochs: 100
  updates: {steps}
  validation_freq: 100000
  logging_freq: 10
  overwrite: True
  shuffle: True
  print_valid_sents: [0]
model:
  initializer: xavier_uniform
  encoder: {encoder}
  decoder: {decoder}
"""


def prepare(folder: Path, run: zoo.Run) -> Path:
    """Write what JoeyNMT trains on: the same pairs, and pieces that are learned as ours are."""
    import sentencepiece

    splits = run.task.splits()
    for side, language in (("source", "en"), ("target", "fr")):
        for split in ("train", "validation"):
            lines = [" ".join(example[side].split()) for example in getattr(splits, split)]
            (folder / f"{split}.{language}").write_text("\n".join(lines) + "\n", encoding="utf-8")
        sentencepiece.SentencePieceTrainer.train(
            input=str(folder / f"train.{language}"),
            model_prefix=str(folder / language),
            vocab_size=8000,
            model_type="bpe",
            unk_id=0,
            pad_id=1,
            bos_id=2,
            eos_id=3,
            minloglevel=2,
        )
        pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / f"{language}.model"))
        words = ["<unk>", "<pad>", "<s>", "</s>", *(pieces.id_to_piece(place) for place in range(4, 8000))]
        (folder / f"vocabulary.{language}").write_text("\n".join(words) + "\n", encoding="utf-8")
    path = folder / "joeynmt.yaml"
    feeding = "hidden_dropout: 0.2, input_feeding: True, init_hidden: bridge, attention: bahdanau"
    path.write_text(
        CONFIG.format(
            folder=folder,
            steps=STEPS,
            source=SIDE.format(language="en", folder=folder),
            target=SIDE.format(language="fr", folder=folder),
            encoder=RECURRENT.format(units=256, more="bidirectional: True"),
            decoder=RECURRENT.format(units=512, more=feeding),
        ),
        encoding="utf-8",
    )
    return path


def ours(folder: Path) -> tuple[float, zoo.Run]:
    """Train our model in a process of its own; its target tokens a second, without the steps that make graphs."""
    subprocess.run(
        [sys.executable, "-m", "zoo", "run", "task=translation", *WORDS, f"out={folder}"],
        stdout=subprocess.DEVNULL,
        check=True,
    )
    run = zoo.load(folder)
    return statistics.mean(row["tokens_per_second"] for row in run.metrics), run


def theirs(python: str, config: Path) -> float:
    """Train theirs; what its log says, without the first ten steps."""
    done = subprocess.run([python, "-m", "joeynmt", "train", str(config)], capture_output=True, text=True, check=False)
    found = [float(rate) for rate in re.findall(r"Tokens per Sec:\s+(\d+)", done.stdout + done.stderr)]
    if len(found) < 2:
        sys.exit(done.stderr)
    return statistics.mean(found[1:])


def main(python: str, rounds: str = "3") -> None:
    """Train by turns and print a row a round."""
    print("| round | ours | JoeyNMT | ours / JoeyNMT |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = None
        for number in range(int(rounds)):
            rate, run = ours(folder / f"ours-{number}")
            config = config or prepare(folder, run)
            other = theirs(python, config)
            print(f"| {number + 1} | {rate:.0f} | {other:.0f} | {rate / other:.2f} |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
