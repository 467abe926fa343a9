"""One file's bytes -> what the stores keep of it and what the report says; here or in processes.

Whatever goes wrong with one file is a finding about that file. Results come in the order of the
files, however many processes read them.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from typing import Final, TypeVar

import polars as pl

from app.workflows.file_entries import Entry
from characterise.errors import CharacteriseError, UnknownMethod
from characterise.extracts import Mapping, Reading, file_report, read_extract
from characterise.extracts.assembly import CANONICAL
from characterise.extracts.named_layouts import NO_LAYOUTS, LayoutBook
from characterise.extracts.quarantine import QUARANTINED
from characterise.finding import Finding

_AHEAD: Final = 3
"""Files a process that are read ahead of the one whose turn it is."""
_AHEAD_BYTES: Final = 100_000_000
T = TypeVar("T")


class ReaderLost(CharacteriseError):
    """A reading process ended without a word, as it does where memory runs out."""


@dataclass(frozen=True, slots=True)
class FileJob:
    """One file to read, and how."""

    name: str
    data: bytes
    layout: str | None
    mapping: Mapping
    fault: Finding | None = None
    known: LayoutBook = NO_LAYOUTS


@dataclass(frozen=True, slots=True)
class FileRead:
    """What one file gave: entry of the report, `CANONICAL` half-hours, `QUARANTINED` rows.

    Parameters
    ----------
    settled
        Whether the same bytes will always read like this. Where the file could not be opened or
        the reader failed they may not, and the file is tried again another time.
    """

    entry: Entry
    accepted: pl.DataFrame
    quarantined: pl.DataFrame
    settled: bool = True


def read_file(job: FileJob) -> FileRead:
    """Read one file.

    Raises
    ------
    UnknownMethod
        No layout goes by the name that was asked for.
    """
    if job.fault is not None:
        return _unread(job.name, job.fault)
    try:
        reading = read_extract(
            job.data, job.name, layout=job.layout, mapping=job.mapping, known=job.known
        )
        return FileRead(file_report(reading), reading.accepted, reading.quarantined)
    except (UnknownMethod, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except MemoryError:
        what = "The file needs more memory than this machine has; split it and read the parts."
        return _unread(job.name, Finding("not_readable", what))
    except BaseException as error:  # a panic of polars is no Exception
        what = f"The reader failed on this file ({_named(error)}); report it with the file."
        return _unread(job.name, Finding("not_readable", what))


def read_in_order(
    files: Iterable[tuple[T, FileJob | None]], jobs: int = 1
) -> Generator[tuple[T, FileRead | None], None, None]:
    """Read files as they come; one without a job is passed through in its place.

    Parameters
    ----------
    jobs
        Processes; 1 reads in this one.

    Raises
    ------
    ReaderLost
        A reading process was ended from outside.
    """
    if jobs <= 1:
        for tag, job in files:
            yield tag, None if job is None else read_file(job)
        return
    spawn = multiprocessing.get_context("spawn")  # polars and fork do not go together
    pool = ProcessPoolExecutor(jobs, mp_context=spawn, initializer=_start_reader)
    waiting: deque[tuple[T, FileJob | None, Future[FileRead] | None]] = deque()
    ahead, others = 0, set(multiprocessing.active_children())
    try:
        for tag, job in files:
            future = None if job is None else _submitted(pool, job)
            waiting.append((tag, job, future))
            ahead += len(job.data) if job else 0
            while waiting and (len(waiting) > _AHEAD * jobs or ahead > _AHEAD_BYTES):
                done, held, future = waiting.popleft()
                ahead -= len(held.data) if held else 0
                yield done, _result(future)
        while waiting:
            done, _, future = waiting.popleft()
            yield done, _result(future)
    except BrokenProcessPool as error:
        raise ReaderLost(
            "A process that read files was ended, as happens where memory runs out; what was kept "
            "stays: run the same command again with --jobs 1."
        ) from error
    except BaseException:
        _end_readers(others)
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _submitted(pool: ProcessPoolExecutor, job: FileJob) -> Future[FileRead]:
    with _interrupts_held():  # a reader that is starting must not meet the Ctrl-C of its parent
        return pool.submit(read_file, job)


def _result(future: Future[FileRead] | None) -> FileRead | None:
    return None if future is None else future.result()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start_reader() -> None:
    """Leave Ctrl-C to the parent, and end when the parent is gone, however it went."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent(end: Callable[[int], object] = os._exit) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        end(1)


def _end_readers(others: set[BaseProcess]) -> None:
    for process in set(multiprocessing.active_children()) - others:
        process.terminate()


def _unread(name: str, fault: Finding) -> FileRead:
    accepted, quarantined = CANONICAL.to_frame(), QUARANTINED.to_frame()
    reading = Reading(name, "none", 0, accepted, quarantined, (fault,), ())
    return FileRead(file_report(reading), accepted, quarantined, settled=False)


def _named(error: BaseException) -> str:
    first = str(error).strip().partition("\n")[0][:200]
    return f"{type(error).__name__}: {first}" if first else type(error).__name__
