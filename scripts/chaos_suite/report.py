"""What a person reads in the end."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from scripts.demo.progress import bold, say

from .journal import Journal
from .plan import describe
from .senders import Senders
from .stage import Stage
from .verdict import Fate, Verdict

_SHOWN = 20  # of each kind of failure; all stand in the log
_WIDTH = 58


@dataclass(frozen=True, slots=True)
class Report:
    """All that was counted."""

    seed: int
    stage: Stage
    senders: Senders
    verdict: Verdict
    journal: Journal
    settled: bool

    @property
    def good(self) -> bool:
        """Tell whether all is as it should be."""
        return self.settled and self.verdict.good

    def show(self) -> None:
        """Print it."""
        stage, verdict = self.stage, self.verdict
        say(f"\n{bold(f'{"Fault":{_WIDTH}}  times  struck')}")
        for kind in sorted(stage.planned, key=describe):
            struck = stage.struck[kind]
            say(f"{describe(kind):{_WIDTH}}  {stage.planned[kind]:5}  {struck:6}")
        say(f"{'all':{_WIDTH}}  {stage.planned.total():5}  {stage.struck.total():6}")
        fates = Counter(call.fate for call in self.senders.calls)
        promised = fates[Fate.LEFT] + fates[Fate.QUEUED]
        arrived = sum(one.from_me for one, _ in stage.instance.journal)
        minutes, seconds = divmod(round(self.journal.elapsed), 60)
        rows = {
            "kills (SIGKILL)": stage.kills,
            "starts of Home Assistant": stage.house.starts,
            "messages": len(self.senders.calls),
            "  promised": promised,
            "    had left when the action answered": fates[Fate.LEFT],
            "    queued": fates[Fate.QUEUED],
            "  refused with an error": fates[Fate.REFUSED],
            "  answer lost, as Home Assistant was killed": fates[Fate.UNANSWERED],
            "arrived": arrived,
            "lost": len(verdict.lost),
            "twice": len(verdict.twice),
            "out of order": len(verdict.disordered),
            "not promised, and late": len(verdict.late),
            "requests to send": stage.sends,
            "longest start, s": round(stage.house.longest_start),
            "time, min:s": f"{minutes}:{seconds:02}",
        }
        say()
        for label, value in rows.items():
            say(f"{label:{_WIDTH}}  {value!s:>13}")
        self._show_failures()

    def _show_failures(self) -> None:
        if self.good:
            say(f"\n{bold('Nothing is lost, twice or out of order.')}")
            return
        verdict = self.verdict
        self._list("Lost", [call.text for call in verdict.lost])
        self._list("Twice", verdict.twice)
        self._list("Out of order", [call.text for call in verdict.disordered])
        self._list("Sent by nobody", verdict.unknown)
        if not self.settled:
            say("\nThe integration says that something still waits, or does not rest.")
        say(f"\nAgain: scripts/chaos --seed {self.seed}, with the same numbers.")
        say(f"What happened: {self.journal.path}, and the logs beside it")

    def _list(self, title: str, texts: Sequence[str]) -> None:
        if texts:
            say(f"\n{bold(title)}")
        for text in texts[:_SHOWN]:
            say(self.journal.about(text))
