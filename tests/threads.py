"""Works that begin at the same moment."""

import threading
from collections.abc import Callable

from django.db import connection


def at_once(*works: Callable[[], object]) -> list[object]:
    """What each of them answers; all begin at the same moment, each on its own thread and connection."""
    answers: list[object] = [None] * len(works)
    start = threading.Barrier(len(works))

    def run(place: int) -> None:
        try:
            start.wait()
            answers[place] = works[place]()
        except Exception as error:  # noqa: BLE001  (whatever a thread meets is the test's business)
            answers[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
