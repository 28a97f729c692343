"""The Hugging Face hub as a place for models: hf://OWNER/NAME."""

from __future__ import annotations

import os
import re
import shutil
import socket
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies

from zoo import Hub, UsageError, ZooError

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_NAME = re.compile(r"[\w.-]+/[\w.-]+")


class HuggingFaceHub(Hub):
    """Stores models on the hub, by its own client; `HF_TOKEN` and `HF_ENDPOINT` mean what they mean there."""

    def upload(self, name: str, folder: Path, files: Sequence[str]) -> str:
        """Store files in one commit (see `zoo.Hub.upload`)."""
        from huggingface_hub import CommitOperationAdd, get_token

        api = self._api(name)
        if get_token() is None:
            raise ZooError(f"hf://{name}: no token; run `hf auth login`, or set HF_TOKEN")
        with _errors(name):
            api.create_repo(name, repo_type="model", exist_ok=True)
            operations = [CommitOperationAdd(file, folder / file) for file in files]
            api.create_commit(name, operations, commit_message="Store a model of the sequence zoo")
        return f"{api.endpoint}/{name}"

    def download(self, name: str, files: Sequence[str], folder: Path) -> None:
        """Fetch files, past the client's cache (see `zoo.Hub.download`)."""
        api = self._api(name)
        with tempfile.TemporaryDirectory(prefix="zoo-hf-") as cache, _errors(name):
            for file in files:
                found = api.hf_hub_download(name, file, cache_dir=cache)
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(found, folder / file)

    def _api(self, name: str) -> HfApi:
        from huggingface_hub import HfApi
        from huggingface_hub.utils import disable_progress_bars, logging

        if not _NAME.fullmatch(name):
            raise UsageError(f"hf://{name}: expected hf://OWNER/NAME")
        disable_progress_bars()
        logging.set_verbosity_error()
        api = HfApi(endpoint=os.environ.get("HF_ENDPOINT") or None)
        _reach(name, api.endpoint)
        return api


def _reach(name: str, endpoint: str) -> None:
    """Say at once that the hub is out of reach: its own client would try for half a minute."""
    address = urlsplit(endpoint)
    if getproxies().get(address.scheme):
        return
    try:
        socket.create_connection((address.hostname or "", address.port or 443), timeout=10).close()
    except OSError as error:
        raise ZooError(f"hf://{name}: {address.hostname} cannot be reached: {error.strerror or error}") from error


@contextmanager
def _errors(name: str) -> Iterator[None]:
    """Turn what the client raises into one line."""
    from huggingface_hub import errors

    try:
        yield
    except ZooError:
        raise
    except errors.GatedRepoError as error:
        raise ZooError(f"hf://{name}: its owner has not let this account in") from error
    except errors.RepositoryNotFoundError as error:
        raise ZooError(f"hf://{name}: there is no such model, or the token may not read it") from error
    except errors.LocalEntryNotFoundError as error:
        raise ZooError(f"hf://{name}: the hub cannot be reached") from error
    except errors.EntryNotFoundError as error:
        raise ZooError(f"hf://{name}: a file is missing, so it is no whole bundle of the zoo") from error
    except errors.HfHubHTTPError as error:
        status = getattr(error.response, "status_code", "an error")
        if status in (401, 403):
            raise ZooError(f"hf://{name}: the token may not write there ({status})") from error
        raise ZooError(f"hf://{name}: the hub answers {status}") from error
    except Exception as error:  # the client's HTTP library raises its own
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise ZooError(f"hf://{name}: the hub cannot be reached: {lines[0]}") from error
