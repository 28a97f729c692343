"""`python -m zoo_glimpse RUN [FILE.png]`: draw where a trained run looks on its test images."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(words: Sequence[str]) -> int:
    """Draw.

    Args:
        words: the run (its folder, or the task's name for its latest run), and the file; `glimpses.png` by default.

    Returns:
        The exit status: 0 done, 1 failed, 2 wrong words.
    """
    import zoo
    from zoo_glimpse.drawing import draw_run

    if not 1 <= len(words) <= 2:
        print("usage: python -m zoo_glimpse RUN [FILE.png]", file=sys.stderr)
        return 2
    path = words[1] if len(words) > 1 else "glimpses.png"
    try:
        run = zoo.load(words[0])
        if not isinstance(run, zoo.Run):
            raise zoo.UsageError(f"{words[0]} is a bundle; a drawing needs the run")
        draw_run(run, path)
    except zoo.ZooError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2 if isinstance(error, zoo.UsageError) else 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
