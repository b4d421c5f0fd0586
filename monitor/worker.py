"""The Celery application: `celery -A monitor.worker worker` and `celery -A monitor.worker beat`.

The only module that knows Celery. Tasks carry ids; what they mean is in Redis, so a lost or doubled message does no
harm: beat sends `drain`, `deliver_all` and `tend` for ever, and whatever a killed child had begun is found again.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import sys
import warnings
from functools import cache, wraps
from typing import TYPE_CHECKING, Any

from celery import Celery, signals
from celery.exceptions import SecurityWarning
from kombu.entity import Queue
from kombu.exceptions import OperationalError
from kombu.transport.redis import QoS

from monitor.errors import MonitorError
from monitor.log import log_to_terminal
from monitor.reload import CurrentRuntime
from monitor.watchdog import watch_canaries
from monitor.wiring import Installation, Runtime, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable

_LOG = logging.getLogger("monitor")
_INSTALLATION = Installation.of(os.environ)
# Set in the parent when the worker is told to stop; its children share it across the fork. It has no lock, which a
# child killed at the wrong moment would hold for ever.
_stopping = multiprocessing.RawValue("b", 0)
# Messages are hints: none has to go back into its queue when a connection closes. kombu 5.7 tries to put them back on a
# connection that is gone and takes the whole worker down with an AttributeError.
QoS.restore_at_shutdown = False
# Celery warns root of pickled messages; only JSON is accepted here, and a container without users runs as root.
warnings.filterwarnings("ignore", category=SecurityWarning)

# Beat keeps its schedule there; it may be the first process on this machine.
_INSTALLATION.data.mkdir(parents=True, exist_ok=True)

app = Celery("monitor", broker=_INSTALLATION.celery_broker)
app.conf.update(
    # A message is a hint and is acknowledged when its task begins: what a killed child had begun is found in Redis.
    # A late acknowledgement may go to a connection that an outage has closed, and kombu 5.7 ends the worker for that.
    task_acks_late=False,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    # Prefork alone honours time limits.
    worker_pool="prefork",
    worker_concurrency=max(4, os.cpu_count() or 1),
    task_soft_time_limit=45,
    task_time_limit=60,
    worker_prefetch_multiplier=1,
    worker_disable_prefetch=True,
    worker_max_tasks_per_child=2000,
    worker_max_memory_per_child=500_000,  # KB
    worker_redirect_stdouts=False,
    worker_send_task_events=False,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "global_keyprefix": "celery:",
        "visibility_timeout": 600,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_timeout": 15,
        "socket_keepalive": True,
        "health_check_interval": 10,
        "queue_order_strategy": "round_robin",
    },
    # A queue each, served in turn: a burst of documents to read delays neither fetching nor delivery.
    task_queues=(Queue("fetch"), Queue("read"), Queue("deliver")),
    task_default_queue="fetch",
    task_routes={
        "monitor.read": {"queue": "read"},
        "monitor.deliver": {"queue": "deliver"},
        "monitor.deliver_all": {"queue": "deliver"},
    },
    beat_schedule={
        # A hint that was not taken before the next one comes is dropped unrun: no backlog after a stop.
        "drain": {"task": "monitor.drain", "schedule": 1.0, "options": {"expires": 10.0}},
        "deliver_all": {"task": "monitor.deliver_all", "schedule": 5.0, "options": {"expires": 10.0}},
        "look_after": {"task": "monitor.look_after", "schedule": 15.0, "options": {"expires": 15.0}},
        "tend": {"task": "monitor.tend", "schedule": 300.0, "options": {"expires": 60.0}},
    },
    beat_schedule_filename=str(_INSTALLATION.data / "beat"),
    beat_max_loop_interval=1,
    # `celery inspect ping -d` on beat fails when it has not ticked for this long.
    beat_enable_remote_control=True,
    beat_remote_control_max_tick_age=60,
)


@signals.setup_logging.connect
def _log(**_: Any) -> None:
    log_to_terminal()


def _say(line: str) -> None:
    """Write to the worker's terminal."""
    print(f"monitor: {line}", file=sys.stderr, flush=True)  # noqa: T201 - this is the terminal


@cache
def _current() -> CurrentRuntime:
    return CurrentRuntime(_INSTALLATION, _say)


def _runtime() -> Runtime:
    return _current()()


@signals.worker_init.connect
def _check_before_start(**_: Any) -> None:
    """Refuse to start on a configuration or a Redis that would lose alerts; compile the rules before the fork."""
    try:
        runtime = _runtime()
        runtime.wait(_say)
    except MonitorError as error:
        _say(f"refusing to start:\n{error}")
        raise SystemExit(1) from error
    runtime.prepare()


@signals.beat_init.connect
def _watch_canaries(**_: Any) -> None:
    watch_canaries(_current, _say, utc_now)


@signals.worker_shutting_down.connect
def _stop_lingering(**_: Any) -> None:
    _stopping.value = 1


def _is_stopping() -> bool:
    return bool(_stopping.value)


def _send(task: Any, *arguments: str, expires: float | None = None) -> None:
    """Send a hint. Without a broker it is lost, and what it pointed at is found by the next drain or tick."""
    try:
        task.apply_async(arguments, retry=False, expires=expires)
    except OperationalError as error:
        _LOG.warning("the broker does not take messages: %s", error)


def _task(**options: Any) -> Callable[[Callable[..., None]], Any]:
    """Make a task of a function. Its errors are said in one line; what it had begun is found again in Redis."""

    def decorate(work: Callable[..., None]) -> Any:
        @app.task(name=f"monitor.{work.__name__}", **options)
        @wraps(work)
        def task(*arguments: str) -> None:
            try:
                work(*arguments)
            except MonitorError as error:
                _LOG.warning("%s: %s", work.__name__, error)
            except MemoryError as error:
                # Celery would let it end the whole worker (its issue 10462); a document that does this is given up.
                raise RuntimeError(f"{work.__name__} ran out of memory") from error

        return task

    return decorate


@_task()
def drain() -> None:
    """Fetch what is due."""
    _runtime().drain(lambda document: _send(read, document), _is_stopping)


# A hostile document costs a child this long, three times; HINT_AGAIN is longer.
@_task(soft_time_limit=25, time_limit=35)
def read(document: str) -> None:
    """Read one fetched document, by its id."""
    _runtime().read(document, queued=lambda: _send(deliver_all))


@_task()
def deliver_all() -> None:
    """Wake the sender of each channel."""
    for channel in _runtime().channels:
        _send(deliver, channel, expires=10.0)  # the next tick sends another


@_task()
def deliver(channel: str) -> None:
    """Send what one channel has waiting."""
    _runtime().deliver(channel, _is_stopping)


@_task()
def look_after() -> None:
    """Notice which sources fell ill or are well again."""
    if _runtime().look_after():
        _send(deliver_all)


@_task()
def tend() -> None:
    """Housekeeping."""
    _runtime().tend()
